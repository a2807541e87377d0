// The icons of the desk, and the apps that they open in windows.

import assert from "node:assert/strict";
import { app, desk, MODES } from "./apps.mjs";
import { accessible, enter, kept, logIn, settled, shot, suite } from "./story.mjs";

const story = suite({ hostile: true });

const icon = (page, name) => page.getByRole("option", { name: new RegExp(`^${name}`) });
const opened = (page, name) => page.getByRole("region", { name });

// The page of the app in a window, once it is there.
async function inside(page, name, at = 0) {
  const frame = opened(page, name).nth(at).locator("iframe");
  await frame.waitFor();
  await opened(page, name).nth(at).locator(".embed.is-shown").waitFor();
  return frame.contentFrame();
}

for (const [mode, url] of MODES) {
  story(`an icon opens the app's own page in a window, at ${mode}`, async ({ page, deck }) => {
    await app(await desk(page, url(deck)), deck, "notes");
    await page.reload();
    await icon(page, "notes, running").dblclick();
    const within = await inside(page, "notes");
    assert.equal(await within.locator("body").evaluate(() => fetch("/echo").then(({ status }) => status)), 200);
    const origin = await within.locator("body").evaluate(() => location.origin);
    assert.notEqual(origin, new URL(page.url()).origin);
    await shot(page, `app-window-${mode.split(" ")[1]}`);

    // Moving, putting away and bringing back a window loads nothing anew.
    await within.locator("body").evaluate(() => (globalThis.mark = 7));
    const bar = opened(page, "notes").locator(".window-bar h2");
    const { x, y } = await bar.boundingBox();
    await page.mouse.move(x + 40, y + 8);
    await page.mouse.down();
    // Down over the page itself: the pointer stays with the window.
    await page.mouse.move(x + 60, y + 160, { steps: 6 });
    await page.mouse.move(x + 100, y + 60, { steps: 6 });
    await page.mouse.up();
    const moved = await settled(opened(page, "notes"));
    await page.getByRole("navigation", { name: "Dock" }).getByRole("button", { name: /^notes/ }).click();
    await opened(page, "notes").waitFor({ state: "hidden" });
    await page.getByRole("navigation", { name: "Dock" }).getByRole("button", { name: /^notes/ }).click();
    assert.deepEqual(await settled(opened(page, "notes")), moved);
    await page.getByRole("navigation", { name: "Dock" }).getByRole("button", { name: /^Containers/ }).click();
    assert.equal(await within.locator("body").evaluate(() => globalThis.mark), 7);

    // A press into the page brings its window to the front.
    const room = await opened(page, "notes").locator("iframe").boundingBox();
    await page.mouse.click(room.x + room.width - 20, room.y + room.height - 20);
    await page.locator(".window.is-active").filter({ has: page.locator("iframe") }).waitFor();
  });
}

story("an app has as many windows as are wanted, and each zooms by itself", async ({ page, deck }) => {
  await app(await desk(page, deck.url), deck, "notes");
  await page.reload();
  await icon(page, "notes, running").dblclick();
  await inside(page, "notes");
  await icon(page, "notes").click({ button: "right" });
  const keeps = (reply) => reply.url().endsWith("/api/desk") && reply.request().postData()?.match(/"subject":"notes/g)?.length === 2;
  const told = page.waitForResponse(keeps);
  await page.getByRole("menuitem", { name: "Open in a new window" }).click();
  const second = await inside(page, "notes", 1);
  await told;
  const wide = await second.locator("body").evaluate(() => innerWidth);
  await opened(page, "notes").nth(1).getByRole("button", { name: "Zoom and more" }).click();
  await page.getByRole("menuitem", { name: "Smaller" }).click();
  await page.waitForFunction(() => document.querySelectorAll("iframe")[1].style.scale === "0.9");
  assert.ok((await second.locator("body").evaluate(() => innerWidth)) > wide);
  assert.equal(await page.evaluate(() => document.querySelectorAll("iframe")[0].style.scale), "1");
  await page.reload();
  await inside(page, "notes", 1);
  assert.equal(await opened(page, "notes").count(), 2, "the desk is as it was left");
});

story("an app that stops goes grey, says so in its window, and comes back by itself", async ({ page, deck }) => {
  await app(await desk(page, deck.url), deck, "notes");
  await page.reload();
  await icon(page, "notes, running").dblclick();
  await inside(page, "notes");
  await deck.podman("stop", "--time", "1", "notes");
  await icon(page, "notes, stopped").waitFor();
  await opened(page, "notes").getByText("notes is stopped").waitFor();
  await shot(page, "app-stopped");
  await accessible(page, "an app that is stopped");
  await opened(page, "notes").getByRole("button", { name: "Start", exact: true }).click();
  await icon(page, "notes, running").waitFor();
  const within = await inside(page, "notes");
  assert.equal(await within.locator("body").evaluate(() => fetch("/echo").then(({ status }) => status)), 200);
});

story("icons are chosen, walked through and dragged, and stay where they were put", async ({ page, deck }) => {
  await app(await desk(page, deck.url), deck, "notes");
  await page.reload();
  await icon(page, "notes").waitFor();
  await page.getByRole("region", { name: "Containers" }).getByRole("button", { name: "Close" }).click();
  const from = await settled(icon(page, "notes"));
  await page.mouse.move(from.x + 40, from.y + 30);
  await page.mouse.down();
  await page.mouse.move(from.x + 340, from.y + 240, { steps: 8 });
  await page.mouse.up();
  const to = await settled(icon(page, "notes"));
  assert.ok(to.x > from.x + 200 && to.y > from.y + 100, JSON.stringify([from, to]));

  // The rubber band.
  await page.mouse.move(700, 700);
  await page.mouse.down();
  await page.mouse.move(4, 40, { steps: 8 });
  await shot(page, "icons-band");
  await page.mouse.up();
  const chosen = () => page.locator('[role=option][aria-selected="true"]').count();
  assert.equal(await chosen(), await page.getByRole("option").count());
  await page.keyboard.press("Escape");
  assert.equal(await chosen(), 0);

  // The keyboard: a letter, the arrows, Enter.
  await icon(page, "Containers").click();
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Deploy");
  await page.keyboard.press("n");
  await page.keyboard.press("Enter");
  await inside(page, "notes");
  await accessible(page, "icons and an app in a window");

  await page.reload();
  assert.deepEqual(await settled(icon(page, "notes")), to);
});

story("icons are put into groups, renamed, hidden and brought back, and it stays so", async ({ page, deck }) => {
  await app(await desk(page, deck.url), deck, "notes");
  await page.reload();
  await icon(page, "notes").waitFor();
  await opened(page, "Containers").getByRole("button", { name: "Close" }).click();
  const choose = async (name, entry) => {
    await icon(page, name).click({ button: "right" });
    await page.getByRole("menuitem", { name: entry }).click();
  };
  const say = async (label, word) => {
    await page.getByLabel(label, { exact: true }).fill(word);
    await page.keyboard.press("Enter");
  };

  await choose("notes", "Put in a group…");
  await accessible(page, "the question for a group");
  await say("Group", "Office");
  await icon(page, "Office").waitFor();
  assert.equal(await icon(page, "notes").count(), 0);
  await icon(page, "Office").dblclick();
  await settled(opened(page, "Office"));
  await accessible(page, "a group in its window");
  await shot(page, "group");
  await opened(page, "Office").getByRole("button", { name: "notes, running" }).click();
  await inside(page, "notes");
  await opened(page, "notes").getByRole("button", { name: "Close" }).click();
  await opened(page, "Office").getByRole("button", { name: "notes, running" }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Take out of Office" }).click();
  await opened(page, "Office").getByText("Nothing is in this group any more.").waitFor();
  await icon(page, "notes").waitFor();
  assert.equal(await icon(page, "Office").count(), 0);
  await opened(page, "Office").getByRole("button", { name: "Close" }).click();

  await choose("notes", "Rename…");
  await say("Name", "Papers");
  await icon(page, "Papers, running").waitFor();
  await choose("Papers", "Hide from the desk");
  await icon(page, "Papers").waitFor({ state: "detached" });
  await page.mouse.click(900, 600, { button: "right" });
  await page.getByRole("menuitem", { name: "Papers" }).click();
  await icon(page, "Papers, running").waitFor();

  // Dropped on another icon, the two are a group.
  const [from, to] = [await settled(icon(page, "Papers")), await settled(icon(page, "Deploy"))];
  await page.mouse.move(from.x + 40, from.y + 30);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 8 });
  await page.locator(".desk-icon.is-target").waitFor();
  await shot(page, "group-drop");
  const told = kept(page);
  await page.mouse.up();
  await icon(page, "Group").waitFor();
  await told;
  assert.deepEqual(await settled(icon(page, "Group")), to, "it stands where the other stood");
  await page.reload();
  await icon(page, "Group").dblclick();
  const member = opened(page, "Group").getByRole("button", { name: "Papers, running" });

  // Pulled out of the window, an icon is on the desk where it is let go; let go within it, it stays.
  const pull = async (x, y) => {
    const at = await settled(member);
    await page.mouse.move(at.x + 30, at.y + 30);
    await page.mouse.down();
    await page.mouse.move(at.x + 60, at.y + 40, { steps: 4 });
    await page.mouse.move(x, y, { steps: 8 });
  };
  const { x, y } = await settled(opened(page, "Group"));
  await pull(x + 200, y + 250);
  await page.mouse.up();
  await member.waitFor();
  await pull(1200, 640);
  await page.locator(".group-pulled").waitFor();
  await shot(page, "group-pull");
  await page.mouse.up();
  await icon(page, "Papers, running").waitFor();
  const out = await settled(icon(page, "Papers"));
  assert.ok(out.x <= 1200 && 1200 <= out.x + out.width && out.y <= 640 && 640 <= out.y + out.height, JSON.stringify(out));
  assert.equal(await opened(page, "Papers").count(), 0, "it was not opened by that");
});

story("trouble is a mark on the icon, and a word to those who cannot see it", async ({ page, deck }) => {
  // It runs until it is told to fail.
  const compose = `services:
  web:
    image: localhost/tiny:latest
    command: ["sh", "-c", "rm -f /fail; while [ ! -e /fail ]; do sleep 0.2; done; exit 2"]
    stop_signal: SIGKILL
    labels: { stardeck.webui.port: "8080", stardeck.webui.name: Shaky }
    ports: ["127.0.0.1::8080"]
`;
  await deck.deploy("shaky", compose);
  await enter(page, deck);
  await page.getByRole("option", { name: "Shaky, running", exact: true }).waitFor();
  await deck.podman("exec", "shaky-web-1", "sh", "-c", "echo > /fail");
  const mark = icon(page, "Shaky").locator(".mark[data-badge=trouble]");
  await icon(page, "Shaky, stopped, it ended with an error").waitFor();
  await mark.waitFor();
  await page.getByRole("region", { name: "Containers" }).getByRole("button", { name: "Close" }).click();
  await accessible(page, "an icon with a mark");
  await shot(page, "icons-trouble");
  await deck.podman("start", "shaky-web-1");
  await page.getByRole("option", { name: "Shaky, running", exact: true }).waitFor();
  await mark.waitFor({ state: "detached" });
});
