// What surrounds the windows: the launcher, jobs, messages, quick settings, the dock, and the desk in two browsers.

import assert from "node:assert/strict";
import { app, desk } from "./apps.mjs";
import { accessible, appWindow, enter, kept, logIn, PHONE, row, settled, shot, suite } from "./story.mjs";

const story = suite();

const icon = (page, name) => page.getByRole("option", { name: new RegExp(`^${name}`) });
const dock = (page) => page.getByRole("navigation", { name: "Dock" });

const STACK = `services:
  web:
    image: localhost/tiny:latest
    labels: { stardeck.webui.port: "8080", stardeck.webui.name: Library }
    ports: ["127.0.0.1::8080"]
`;

async function deploy(page, name, text) {
  await dock(page).getByRole("button", { name: /^Deploy/ }).click();
  const window = page.getByRole("region", { name: "Deploy" });
  await window.getByLabel("Name").fill(name);
  await window.getByRole("textbox", { name: "Compose file" }).fill(text);
  await window.getByRole("button", { name: "Deploy…" }).click();
  await window.getByRole("button", { name: "Deploy", exact: true }).click();
  await window.getByText(`${name} is up`).waitFor();
}

story("a deploy brings an icon, whose app opens in a window; what was done stands under the bell", async ({ page, deck }) => {
  await enter(page, deck);
  await deploy(page, "books", STACK);
  await icon(page, "Library, running").waitFor();
  await page.getByRole("region", { name: "Deploy" }).getByRole("button", { name: "Close" }).click();
  await icon(page, "Library").dblclick();
  await page.getByRole("region", { name: "Library" }).locator(".embed.is-shown").waitFor();
  await shot(page, "library-dark");

  await page.getByRole("button", { name: /^Jobs/ }).click();
  const jobs = page.getByRole("dialog", { name: "Jobs" });
  await jobs.getByText("Deploy books").waitFor();
  await jobs.getByRole("button", { name: "Show the log of Deploy books" }).click();
  await jobs.locator(".job-log").filter({ hasText: /\w{3}/ }).waitFor();
  await accessible(page, "the jobs");
  await shot(page, "jobs");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Messages/ }).click();
  await page.getByRole("dialog", { name: "Messages" }).getByText("Deploy books: done").waitFor();
  await accessible(page, "the messages");
  await shot(page, "messages");
});

story("the launcher finds apps, stacks, actions and settings by a few letters", async ({ page, deck }) => {
  await enter(page, deck);
  await icon(page, "Library").waitFor();
  await page.keyboard.press("Control+k");
  const found = page.getByRole("listbox", { name: "Found" });
  await found.getByRole("option", { name: "Library" }).waitFor();
  await accessible(page, "the launcher");
  await shot(page, "launcher");
  await page.keyboard.type("stp bo");
  await found.getByRole("option", { name: "Stop books" }).waitFor();
  await page.keyboard.press("Enter");
  await icon(page, "Library, stopped").waitFor();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("theme lig");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.documentElement.dataset.look === "light");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("libr");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Library" }).getByText("Library is stopped").waitFor();
  await shot(page, "library-light");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("zzzz");
  await page.getByText("Nothing is called like that.").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Launcher" }).waitFor({ state: "hidden" });

  await page.locator("#desk").focus();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.waitFor();
  await accessible(page, "the shortcuts");
  await shot(page, "shortcuts");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^ada: account/ }).click();
  await page.getByRole("menuitem", { name: "About Stardeck" }).click();
  await page.getByRole("dialog", { name: "About" }).getByText("Podman").first().waitFor();
  await accessible(page, "about");
  await shot(page, "about");
});

story("whoever types at once loses no letter, even before the launcher was fetched", async ({ page, context, deck }) => {
  await enter(page, deck);
  // Without the entrance, which is fetched together with the launcher.
  await page.reload();
  await icon(page, "Library").waitFor();
  const slow = await context.newCDPSession(page);
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  // The chunk comes only once all is typed.
  let let_through;
  const typed = new Promise((done) => (let_through = done));
  await page.route(/\/assets\/.*\.wasm$/, (route) => typed.then(() => route.continue()));
  await page.keyboard.press("Control+k");
  await page.keyboard.type("theme lig");
  await page.keyboard.press("Enter");
  assert.equal(await page.getByRole("combobox").inputValue(), "theme lig");
  let_through();
  await page.waitForFunction(() => document.documentElement.dataset.look === "light");

  // Again and again, without waiting for the one before to be gone.
  for (const theme of ["dark", "light", "dark"]) {
    await page.keyboard.press("Control+k");
    await page.keyboard.type(`theme ${theme}`);
    await page.keyboard.press("Enter");
  }
  await page.waitForFunction(() => document.documentElement.dataset.look === "dark");
  await page.getByRole("dialog", { name: "Launcher" }).waitFor({ state: "hidden" });
});

story("what is chosen and moved in one browser is so in another", async ({ page, context, deck }) => {
  await enter(page, deck);
  await icon(page, "Library").waitFor();
  const other = await context.browser().newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
  try {
    const second = await other.newPage();
    await enter(second, deck);
    await icon(second, "Library").waitFor();

    await icon(page, "Library").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Keep in the dock" }).click();
    await dock(second).getByRole("button", { name: "Library" }).waitFor();

    await page.getByRole("button", { name: /theme, accent/ }).click();
    await page.locator("label").filter({ hasText: "Aurora" }).click();
    await page.locator("label").filter({ hasText: "Rose" }).click();
    await second.waitForFunction(() => document.documentElement.dataset.wallpaper === "aurora" && document.documentElement.dataset.accent === "rose");
    await shot(page, "settings-aurora");
    await page.keyboard.press("Escape");

    await appWindow(page).getByRole("button", { name: "Close" }).click();
    const { x, y } = await settled(icon(page, "Library"));
    await page.mouse.move(x + 40, y + 30);
    await page.mouse.down();
    await page.mouse.move(x + 420, y + 250, { steps: 6 });
    await page.mouse.up();
    const to = await settled(icon(page, "Library"));
    assert.ok(to.x > x + 300, JSON.stringify([x, to]));
    await second.waitForFunction((x) => document.querySelector("[role=option][aria-label^=Library]").getBoundingClientRect().x === x, to.x);
    await second.reload();
    assert.deepEqual(await settled(icon(second, "Library")), to);
  } finally {
    await other.close();
  }
});

story("on a phone icons are tapped, and all of the top bar is in reach", async ({ page, deck }) => {
  await enter(page, deck);
  await row(page, "books-web-1").waitFor();
  await appWindow(page).getByRole("button", { name: "Close" }).tap();
  await icon(page, "Library").waitFor();
  await settled(icon(page, "Library"));
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  const bar = await page.locator(".top-bar-user").boundingBox();
  assert.ok(bar.x + bar.width <= 390, JSON.stringify(bar));
  await accessible(page, "icons on a phone");
  await shot(page, "phone-icons");
  await icon(page, "Library").tap();
  const window = await settled(page.getByRole("region", { name: "Library" }));
  assert.deepEqual([window.x, window.width], [0, 390]);
  await shot(page, "phone-app");
  await page.getByRole("button", { name: /theme, accent/ }).tap();
  await shot(page, "phone-settings");
}, PHONE);
