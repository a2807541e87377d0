// How it looks: both themes, the accents, a phone, and what axe has to say.
//
// With `STARDECK_SHOTS` set to a folder, the pictures of the stories are written there to be looked at.

import assert from "node:assert/strict";
import { accessible, appWindow, enter, kept, PHONE, row, settled, shot, suite } from "./story.mjs";

const story = suite();

async function populate(deck) {
  const stack = (name) => ["--label", `com.docker.compose.project=${name}`];
  await deck.run("grafana", ...stack("monitoring"), "--publish", "127.0.0.1::8080");
  await deck.run("prometheus", ...stack("monitoring"));
  await deck.run("node-red", ...stack("automation"), "--publish", "127.0.0.1::8080");
  await deck.podman("create", "--name", "minecraft", ...stack("games"), "localhost/tiny:latest");
  await deck.podman("run", "--detach", "--name", "backup", "localhost/tiny:latest", "sh", "-c", "exit 2");
}

const colour = (page) => page.locator(".window").evaluate((element) => getComputedStyle(element).backgroundColor);

story("the desk is dark or light as the system is, or as is chosen, and stays so", async ({ page, deck }) => {
  await populate(deck);
  await enter(page, deck);
  await row(page, "prometheus").waitFor();
  await row(page, "backup").getByText(/^Failed with 2/).waitFor();
  await settled(appWindow(page));
  await accessible(page, "the dark desk");
  await shot(page, "desk-dark");
  const dark = await colour(page);

  await page.emulateMedia({ colorScheme: "light" });
  await page.waitForFunction(() => document.documentElement.dataset.look === "light");
  await accessible(page, "the light desk");
  await shot(page, "desk-light");
  const light = await colour(page);
  assert.notEqual(dark, light);

  await page.getByRole("button", { name: /theme, accent/ }).click();
  await accessible(page, "the quick settings");
  await shot(page, "settings-light");
  const told = kept(page);
  await page.locator("label").filter({ hasText: "Dark" }).click();
  await told;
  await page.waitForFunction(() => document.documentElement.dataset.look === "dark");
  await page.reload();
  await appWindow(page).waitFor();
  assert.equal(await colour(page), dark, "chosen is chosen");
});

story("every accent is readable in both themes", async ({ page, deck }) => {
  await enter(page, deck);
  for (const theme of ["Dark", "Light"]) {
    for (const accent of ["Indigo", "Teal", "Green", "Amber", "Rose", "Violet"]) {
      await page.getByRole("button", { name: /theme, accent/ }).click();
      for (const choice of [theme, accent]) await page.locator("label").filter({ hasText: choice }).click();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: /^Stop(ped)? grafana|^Start minecraft/ }).first().click();
      await page.getByRole("alertdialog").waitFor();
      await accessible(page, `${theme} and ${accent}`);
      await page.keyboard.press("Escape");
    }
  }
});

story("on a phone a window fills the screen and the dock is a bar", async ({ page, deck }) => {
  await enter(page, deck);
  await row(page, "grafana").waitFor();
  const window = await settled(appWindow(page));
  assert.deepEqual([window.x, window.width], [0, 390]);
  const dock = await page.getByRole("navigation", { name: "Dock" }).boundingBox();
  assert.deepEqual([dock.width, Math.round(dock.y + dock.height)], [390, 844]);
  assert.ok(window.y + window.height <= dock.y, "the dock covers nothing");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await accessible(page, "a phone");
  await shot(page, "phone");
  await page.getByRole("button", { name: "More actions for grafana" }).tap();
  await page.getByRole("menuitem", { name: "Stop" }).tap();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).tap();
}, PHONE);

story("nothing moves where motion is not wanted", async ({ page, deck }) => {
  await enter(page, deck);
  await appWindow(page).waitFor();
  const times = await page.locator(".window").evaluate((element) => getComputedStyle(element).transitionDuration);
  assert.ok(times.split(", ").every((time) => Number.parseFloat(time) <= 0.001), times);
}, { reducedMotion: "reduce" });
