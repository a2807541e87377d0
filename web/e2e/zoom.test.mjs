// At 200 %: the page is half as wide and half as high, and everything is as large again. Nothing may be out of reach.

import assert from "node:assert/strict";
import { accessible, appWindow, enter, row, settled, shot, suite } from "./story.mjs";

const story = suite();
const ZOOMED = { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 };

const dock = (page) => page.getByRole("navigation", { name: "Dock" });

// What can be pressed there and does not lie on the page as a whole, or cannot be scrolled to.
const outside = (page, where) =>
  page.locator(where).evaluate((root) => {
    const pressed = [...root.querySelectorAll("button, input, textarea, select, a[href], summary")];
    const seen = pressed.filter((it) => it.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
    const out = seen
      .filter((it) => {
        it.scrollIntoView({ block: "nearest", inline: "nearest" });
        const { left, right, top, bottom } = it.getBoundingClientRect();
        return left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1;
      })
      .map((it) => it.getAttribute("aria-label") ?? it.textContent);
    // As it was: what labels a field should be seen.
    for (const it of [root, ...root.querySelectorAll("*")]) it.scrollTop = 0;
    return out;
  });

story("at 200 % everything is in reach, in every window and panel", async ({ page, deck }) => {
  await deck.run("grafana", "--publish", "127.0.0.1::8080");
  await enter(page, deck);
  await row(page, "grafana").waitFor();
  await settled(appWindow(page));
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 720);
  assert.deepEqual(await outside(page, ".top-bar"), [], "the top bar");
  assert.deepEqual(await outside(page, ".dock"), [], "the dock");
  assert.deepEqual(await outside(page, "#window-1"), [], "Containers");
  await accessible(page, "Containers at 200 %");
  await shot(page, "zoom-containers");

  for (const name of ["Deploy", "Files"]) {
    await dock(page).getByRole("button", { name: new RegExp(`^${name}`) }).click();
    const window = page.getByRole("region", { name });
    await window.getByRole("textbox").or(window.getByRole("button", { name: /folder/i })).first().waitFor();
    await settled(window);
    assert.deepEqual(await outside(page, ".window.is-active"), [], name);
    await accessible(page, `${name} at 200 %`);
    await shot(page, `zoom-${name.toLowerCase()}`);
  }

  await page.getByRole("button", { name: /theme, accent/ }).click();
  await page.getByRole("group", { name: "Density" }).waitFor();
  assert.deepEqual(await outside(page, ".panel:popover-open"), [], "the quick settings");
  await accessible(page, "the quick settings at 200 %");
  await shot(page, "zoom-settings");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("listbox", { name: "Found" }).getByRole("option").first().waitFor();
  assert.deepEqual(await outside(page, "dialog.launcher"), [], "the launcher");
  await shot(page, "zoom-launcher");
  await page.keyboard.press("Escape");
}, ZOOMED);
