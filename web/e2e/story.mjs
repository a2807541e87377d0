// Stories: each has a browser context of its own, must not break the page's policy, and leaves a picture when it fails,
// and in words what stood on the page.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { Deck, NAME, PASSWORD } from "./deck.mjs";

const OUT = new URL("out/", import.meta.url).pathname;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

// A deck for the stories of one file. With `setUp`, its administrator is there from the start. With `hostile`, what the
// policies stop is what the stories are about. `prepare` brings more to the deck, and may take its time. `args` are the
// server's.
export function suite({ setUp = true, hostile = false, prepare = () => {}, args = [] } = {}) {
  const scene = { told: 0 };

  before(async () => {
    scene.deck = await Deck.start(...args);
    if (setUp) await scene.deck.setUp();
    await prepare(scene.deck);
    scene.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  });

  after(async () => {
    await scene.browser?.close();
    await scene.deck?.stop();
  });

  return (name, tell, options = {}) =>
    test(name, { timeout: 120_000 }, async () => {
      // The desk is kept on the server: what a story leaves on it is not the next one's.
      if (setUp && scene.told++ > 0) await scene.deck.clearDesk();
      const context = await scene.browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "dark", ...options });
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      holdKeys(page);
      const faults = [];
      await page.addInitScript(() => {
        addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
      });
      page.on("console", (message) => /CSP:|Content Security Policy|panicked/.test(message.text()) && faults.push(message.text()));
      page.on("pageerror", (error) => faults.push(error.message));
      try {
        await tell({ page, context, deck: scene.deck });
        if (!hostile) assert.deepEqual(faults, []);
      } catch (error) {
        mkdirSync(OUT, { recursive: true });
        await page.screenshot({ path: `${OUT}${name.replace(/[^a-z0-9]+/gi, "-")}.png` });
        console.error(`The page when this failed: ${name}\n${await page.locator("body").ariaSnapshot()}`);
        throw error;
      } finally {
        await context.close();
      }
    });
}

// A browser throws away the keys that are pressed before a page was painted for the first time: nobody can have meant
// something there. Here they wait for it.
function holdKeys(page) {
  const painted = () => page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  for (const way of ["press", "type"]) {
    const act = page.keyboard[way].bind(page.keyboard);
    page.keyboard[way] = async (...keys) => {
      await painted();
      await act(...keys);
    };
  }
}

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

// Keeps a picture, where `STARDECK_SHOTS` names a folder.
export async function shot(page, name) {
  const folder = process.env.STARDECK_SHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

// Keeps a picture in either theme, once nothing moves any more.
export async function views(page, name) {
  for (const look of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme: look });
    await page.waitForFunction((look) => document.documentElement.dataset.look === look, look);
    await still(page);
    await shot(page, `${name}-${look}`);
  }
  await page.emulateMedia({ colorScheme: "dark" });
}

// Logs in, and waits for the desk.
export async function enter(page, deck) {
  await page.goto(deck.url);
  await logIn(page);
  await page.locator(".top-bar").waitFor();
}

export async function logIn(page, password = PASSWORD) {
  // The form takes the focus when it appears, and again after a refusal, unless somebody has begun to fill it in.
  await page.getByLabel("User name").fill(NAME);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

export const row = (page, name) => page.getByRole("row").filter({ has: page.getByText(name, { exact: true }) });

export const appWindow = (page) => page.getByRole("region", { name: "Containers" });

// The desk is sent a moment after it has come to rest.
export const kept = (page) => page.waitForResponse((reply) => reply.url().endsWith("/api/desk") && reply.request().method() === "PATCH");

// Where something stands once it has been drawn and has stopped moving.
export async function settled(locator) {
  await locator.evaluate(async (element) => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    await frame().then(frame);
    // A movement that another one replaces ends by being cancelled.
    while (element.getAnimations().length) await Promise.allSettled(element.getAnimations().map((movement) => movement.finished));
  });
  return locator.boundingBox();
}

// The window of a stack, opened from the list of containers.
export async function openStack(page, name) {
  await page.getByRole("navigation", { name: "Show" }).getByRole("button", { name }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Open" }).click();
  const window = page.getByRole("region", { name: `${name} — Stack` });
  await settled(window);
  return window;
}

// Waits until what moves and comes to an end has done so.
export function still(page) {
  return page.evaluate(async () => {
    const passing = () => document.getAnimations().filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime));
    for (let movements = passing(); movements.length; movements = passing()) {
      await Promise.allSettled(movements.map((movement) => movement.finished));
    }
  });
}

// Nothing that axe knows is wrong with the page once what appears has appeared: text in the middle of a fade has no
// contrast to speak of.
export async function accessible(page, what) {
  await still(page);
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  const said = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} (${node.any[0]?.message ?? node.all[0]?.message ?? ""})`).join("; ")}`);
  assert.deepEqual(said, [], `axe on ${what}`);
}
