// The window manager in a real browser: by pointer, by keyboard, and across a reload.

import assert from "node:assert/strict";
import { appWindow, enter, kept, settled, suite } from "./story.mjs";

const story = suite();
const [W, TOP] = [1440, 32];

async function drag(page, from, to) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
}

story("a window is dragged, resized from each edge, and found there after a reload", async ({ page, deck }) => {
  await enter(page, deck);
  const start = await settled(appWindow(page));
  await drag(page, { x: start.x + 300, y: start.y + 20 }, { x: start.x + 340, y: start.y + 70 });
  await page.mouse.up();
  const moved = await settled(appWindow(page));
  assert.deepEqual(moved, { ...start, x: start.x + 40, y: start.y + 50 });

  const pulls = { n: [0, -20], e: [20, 0], s: [0, 20], w: [-20, 0], ne: [10, -10], se: [10, 10], sw: [-10, 10], nw: [-10, -10] };
  for (const [edge, [dx, dy]] of Object.entries(pulls)) {
    const before = await settled(appWindow(page));
    const { x, y, width, height } = await page.locator(`.window-edge[data-edge=${edge}]`).boundingBox();
    const from = { x: x + width / 2, y: y + height / 2 };
    await drag(page, from, { x: from.x + dx, y: from.y + dy });
    await page.mouse.up();
    const after = await settled(appWindow(page));
    assert.deepEqual([after.width - before.width, after.height - before.height], [Math.abs(dx), Math.abs(dy)], edge);
  }
  const last = await settled(appWindow(page));
  // At once: what was not sent yet is sent as the page goes.
  await page.reload();
  assert.deepEqual(await settled(appWindow(page)), last);
});

story("what the server had not heard when the page was left is there after a reload, and it hears of it then", async ({ page, deck }) => {
  await enter(page, deck);
  const start = await settled(appWindow(page));
  deck.relay.lose("PATCH /api/desk");
  await drag(page, { x: start.x + 300, y: start.y + 20 }, { x: start.x + 340, y: start.y + 70 });
  await page.mouse.up();
  const last = await settled(appWindow(page));
  assert.deepEqual(last, { ...start, x: start.x + 40, y: start.y + 50 });
  await page.reload();
  assert.deepEqual(await settled(appWindow(page)), last);
  deck.relay.mend();
  await kept(page);
  const [{ frame }] = (await deck.asAdmin("GET", "/desk")).entries.windows;
  assert.deepEqual([frame.x, frame.y], [last.x, last.y]);
});

story("the edges of the screen offer halves, quarters and all of it", async ({ page, deck }) => {
  await enter(page, deck);
  const grip = async () => {
    const { x, y, width } = await settled(appWindow(page));
    return { x: x + Math.min(width / 2, 300), y: y + 18 };
  };
  await drag(page, await grip(), { x: 2, y: 450 });
  assert.ok(await page.locator(".snap-preview").isVisible());
  await page.mouse.up();
  const left = await settled(appWindow(page));
  assert.ok(left.x < 10 && left.width < W / 2 && left.width > W / 2 - 20, JSON.stringify(left));

  await drag(page, await grip(), { x: W - 2, y: 60 });
  await page.mouse.up();
  const quarter = await settled(appWindow(page));
  assert.ok(quarter.x > W / 2 && quarter.height < 450, JSON.stringify(quarter));

  await drag(page, await grip(), { x: 700, y: TOP + 1 });
  await page.mouse.up();
  assert.equal((await settled(appWindow(page))).width, W);
  await page.locator(".window-bar h2").dblclick();
  assert.ok((await settled(appWindow(page))).width < W);

  const free = await settled(appWindow(page));
  await drag(page, await grip(), { x: 2, y: 450 });
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".snap-preview").count(), 0);
  await page.mouse.up();
  assert.deepEqual(await settled(appWindow(page)), free, "Escape gives the drag up");
});

story("a window goes to the dock and comes back, is closed and opened again", async ({ page, deck }) => {
  await enter(page, deck);
  const item = page.getByRole("navigation", { name: "Dock" }).getByRole("button", { name: /^Containers/ });
  await appWindow(page).getByRole("button", { name: "Minimise" }).click();
  await appWindow(page).waitFor({ state: "hidden" });
  await item.click();
  await appWindow(page).waitFor();
  await item.click();
  await appWindow(page).waitFor({ state: "hidden" });
  await item.click();
  await appWindow(page).getByRole("button", { name: "Close" }).click();
  await appWindow(page).waitFor({ state: "detached" });
  await item.click();
  await appWindow(page).waitFor();
});

story("everything is done by keyboard alone", async ({ page, deck }) => {
  await deck.podman("create", "--name", "quiet", "localhost/tiny:latest");
  await page.goto(deck.url);
  await page.getByLabel("User name").waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "field-username");
  await page.keyboard.type("ada");
  await page.keyboard.press("Tab");
  await page.keyboard.type("violet-anchor-rain");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "window-1");

  await page.keyboard.press("Control+Alt+ArrowLeft");
  assert.ok((await settled(appWindow(page))).x < 10);
  await page.keyboard.press("Control+Alt+ArrowUp");
  await page.keyboard.press("Control+Alt+ArrowUp");
  assert.equal((await settled(appWindow(page))).width, W);
  await page.keyboard.press("Control+Alt+ArrowDown");
  const free = await settled(appWindow(page));

  // The window's menu, by the button in the top bar.
  await page.getByRole("button", { name: "Containers", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("m");
  while (!(await page.evaluate(() => document.activeElement.textContent.startsWith("Move")))) await page.keyboard.press("m");
  await page.keyboard.press("Enter");
  await page.getByText("Arrow keys move").waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "window-1");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  assert.equal((await settled(appWindow(page))).x, free.x + 32);

  // Start the container: Tab to its button, Enter, and Enter on the answer.
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  for (let presses = 0; (await focused()) !== "Start quiet"; presses++) {
    assert.ok(presses < 40, "the button is never reached");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.getByRole("alertdialog").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText(/^Running · /).waitFor();
  await page.keyboard.press("Control+Alt+w");
  await appWindow(page).waitFor({ state: "detached" });
  await deck.removeAll();
});
