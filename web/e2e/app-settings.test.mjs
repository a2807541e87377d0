// The settings of an app, reached from its icon.

import assert from "node:assert/strict";
import { app, desk } from "./apps.mjs";
import { accessible, PHONE, settled, shot, suite } from "./story.mjs";

const story = suite();

const icon = (page, name) => page.getByRole("option", { name: new RegExp(`^${name}`) });

async function settings(page, name) {
  await icon(page, name).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Settings…", exact: true }).click();
  const window = page.getByRole("region", { name: `${name} — Settings` });
  await settled(window);
  return window;
}

// A red square of one pixel.
const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==", "base64");

story("an app is called, shown and reached as is wished", async ({ page, deck }) => {
  const notes = await app(await desk(page, deck.url), deck, "notes");
  await page.reload();
  const window = await settings(page, "notes");
  const save = window.getByRole("button", { name: "Save", exact: true });
  assert.ok(await save.isDisabled(), "nothing is changed");
  await accessible(page, "the settings of an app");
  await shot(page, "app-settings-dark");

  await window.getByLabel("Port in the container").fill("99999");
  await save.click();
  await window.getByText("A port is a number from 1 to 65535.").waitFor();
  await window.getByLabel("Port in the container").fill("");

  await window.getByLabel("Name", { exact: true }).fill("Our notes");
  await window.getByLabel("Path").fill("/seen");
  await window.getByLabel("Who may see it").selectOption("Administrators");
  await window.getByText("Pages of it that are open load anew.").waitFor();
  await window.getByRole("button", { name: "Save & restart" }).waitFor();
  await page.emulateMedia({ colorScheme: "light" });
  await accessible(page, "settings that are not saved");
  await shot(page, "app-settings-light");
  await save.click();
  await icon(page, "Our notes").waitFor();
  await page.getByRole("region", { name: "Our notes — Settings" }).waitFor();
  const kept = (await deck.asAdmin("GET", `/apps/${notes.id}`)).settings;
  assert.deepEqual(kept, { name: "Our notes", path: "/seen", seen_by: "administrator" });
});

story("an app has an own picture, and is kept off the desk", async ({ page, deck }) => {
  const notes = await app(await desk(page, deck.url), deck, "notes");
  await page.reload();
  const window = await settings(page, notes.name);
  const chooser = page.waitForEvent("filechooser");
  await window.getByRole("button", { name: "Own picture…" }).click();
  await (await chooser).setFiles({ name: "red.png", mimeType: "image/png", buffer: PICTURE });
  await window.getByText("Your own picture.").waitFor();
  await window.locator(".tile.is-picture").waitFor();
  await icon(page, notes.name).locator(".tile.is-picture").waitFor();
  await shot(page, "app-settings-picture");
  await window.getByRole("button", { name: "Forget it" }).click();
  await window.getByText("Your own picture.").waitFor({ state: "detached" });

  await window.getByRole("switch", { name: "Keep it off the desk" }).check();
  await window.getByRole("button", { name: "Save", exact: true }).click();
  await icon(page, notes.name).waitFor({ state: "detached" });
  await window.getByRole("switch", { name: "Keep it off the desk" }).uncheck();
  await window.getByRole("button", { name: "Save", exact: true }).click();
  await icon(page, notes.name).waitFor();
});

story("settings fit a phone", async ({ page, deck }) => {
  const notes = await app(await desk(page, deck.url), deck, "notes");
  await page.reload();
  await page.getByRole("region", { name: "Containers" }).getByRole("button", { name: "Minimise" }).tap();
  await settings(page, notes.name);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await accessible(page, "settings on a phone");
  await shot(page, "app-settings-phone");
}, PHONE);
