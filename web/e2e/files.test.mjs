// The folders of the machine in a window.

import assert from "node:assert/strict";
import { accessible, enter, PHONE, settled, shot, suite } from "./story.mjs";

const story = suite();

async function files(page) {
  await page.getByRole("navigation", { name: "Dock" }).getByRole("button", { name: /^Files/ }).click();
  const window = page.getByRole("region", { name: "Files" });
  await window.getByRole("row").first().waitFor();
  await settled(window);
  return window;
}

story("folders are gone through, and one is made", async ({ page, deck }) => {
  await deck.asAdmin("POST", "/stacks", { name: "shop", compose: "services:\n  a:\n    image: localhost/tiny:latest\n" });
  await enter(page, deck);
  const window = await files(page);
  await window.getByRole("button", { name: /^Stacks/ }).click();
  await window.getByRole("row").filter({ hasText: "shop" }).getByRole("button", { name: "shop" }).click();
  const file = window.getByRole("row").filter({ hasText: "compose.yaml" });
  await file.getByText(/^\d+ B$/).waitFor();
  await file.getByText(/^rw-/).waitFor();
  await accessible(page, "a folder");
  await shot(page, "files-dark");
  await window.getByRole("button", { name: "Up" }).click();

  await window.getByRole("button", { name: /^Home/ }).click();
  await window.getByRole("button", { name: "New folder" }).click();
  await window.getByLabel("Name of the new folder").fill("photos");
  await window.getByRole("button", { name: "Make it" }).click();
  await window.getByText(/\/photos$/).waitFor();
  await window.getByText("Nothing is in it").waitFor();
  await page.emulateMedia({ colorScheme: "light" });
  await window.getByRole("button", { name: "Up" }).click();
  await window.getByRole("button", { name: "photos", exact: true }).waitFor();
  await accessible(page, "a light folder");
  await shot(page, "files-light");

  // One that is there already cannot be made.
  await window.getByRole("button", { name: "New folder" }).click();
  await window.getByLabel("Name of the new folder").fill("photos");
  await window.getByRole("button", { name: "Make it" }).click();
  await window.getByRole("alert").waitFor();
});

story("folders fit a phone", async ({ page, deck }) => {
  await enter(page, deck);
  await files(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await accessible(page, "a folder on a phone");
  await shot(page, "files-phone");
}, PHONE);
