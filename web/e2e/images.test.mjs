// Images are fetched by name, with the passwords that registries ask for.

import assert from "node:assert/strict";
import { accessible, appWindow, enter, PHONE, row, settled, shot, suite } from "./story.mjs";

const SIZE = 8_000_000;
const scene = {};
const story = suite({
  prepare: async (deck) => {
    scene.registry = await deck.registry({ locked: true });
    await scene.registry.put("team/app:1", SIZE);
    // What is slow is seen under way.
    scene.host = await scene.registry.narrow(SIZE / 20);
  },
});

const section = (page, name) => page.getByRole("navigation", { name: "Show" }).getByRole("button", { name }).click();

story("a registry that asks for a password is given one, which is kept and never shown", async ({ page, deck }) => {
  await enter(page, deck);
  await settled(appWindow(page));
  await section(page, "Images");
  const fetched = page.getByRole("list", { name: "Being fetched" });
  const reference = page.getByRole("textbox", { name: "Image to fetch" });
  await reference.fill("No Image");
  await page.getByRole("button", { name: "Fetch" }).click();
  await page.getByRole("alert").getByText("not the name of an image").waitFor();
  await reference.fill(`${scene.host}/team/app:1`);
  await page.getByRole("button", { name: "Fetch" }).click();
  await fetched.getByText(/password|log in/i).first().waitFor();
  await accessible(page, "a fetch that failed");
  await shot(page, "images-failed");
  // It is said above the desk too, over what comes next.
  await page.getByRole("button", { name: "Put away", exact: true }).click();
  await fetched.getByRole("button", { name: /^Put .* away$/ }).click();
  await fetched.waitFor({ state: "detached" });

  await section(page, "Registries");
  await page.getByRole("heading", { name: "No passwords yet" }).waitFor();
  await accessible(page, "no registries");
  await page.getByLabel("Registry", { exact: true }).fill(scene.host);
  await page.getByLabel("User name at the registry").fill("robot");
  await page.getByLabel("Password or token").fill("violet-anchor-rain");
  await page.getByRole("button", { name: "Keep" }).click();
  await row(page, scene.host).getByText("robot").waitFor();
  assert.equal(await page.getByLabel("Password or token").inputValue(), "");
  assert.ok(!(await page.content()).includes("violet-anchor-rain"));
  await accessible(page, "registries");
  await shot(page, "registries-dark");

  await section(page, "Images");
  await reference.fill(`${scene.host}/team/app:1`);
  await page.getByRole("button", { name: "Fetch" }).click();
  await fetched.getByRole("button", { name: /^Call .* off$/ }).waitFor();
  await accessible(page, "a fetch that is under way");
  await shot(page, "images-fetching");
  await scene.registry.widen();
  await fetched.getByText("is there").waitFor();
  await row(page, `${scene.host}/team/app:1`).waitFor();

  await section(page, "Registries");
  await page.getByRole("button", { name: `Forget the password for ${scene.host}` }).click();
  await page.getByRole("alertdialog").getByText("What was fetched already stays.").waitFor();
  await page.getByRole("alertdialog").getByRole("button", { name: "Forget" }).click();
  await page.getByRole("heading", { name: "No passwords yet" }).waitFor();
  assert.deepEqual((await deck.asAdmin("GET", "/registries")).items, []);
});

story("registries and images fit a phone", async ({ page, deck }) => {
  await enter(page, deck);
  await section(page, "Registries");
  await page.getByRole("button", { name: "Keep" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await accessible(page, "registries on a phone");
  await shot(page, "registries-phone");
  await section(page, "Images");
  await page.getByRole("button", { name: "Fetch" }).waitFor();
  await accessible(page, "images on a phone");
  await shot(page, "images-phone");
}, PHONE);
