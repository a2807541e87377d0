// The table of containers: its columns, what containers use, and two hundred rows.

import assert from "node:assert/strict";
import { accessible, appWindow, enter, kept, PHONE, row, settled, shot, suite } from "./story.mjs";

const MANY = 200;
const story = suite({ prepare: (deck) => deck.create("idle-", MANY) });

const heads = (page) => page.locator(".table-head [role=columnheader]").evaluateAll((all) => all.slice(0, -1).map((head) => head.textContent.trim()));
const maximise = (page) => appWindow(page).getByRole("button", { name: "Maximise" }).click();

story("two hundred containers scroll smoothly, for only those that are seen are drawn", async ({ page, deck }) => {
  await enter(page, deck);
  await row(page, "idle-000").waitFor();
  await settled(appWindow(page));
  await page.getByText(`${MANY} containers`).waitFor();
  const table = page.getByRole("table", { name: "Containers" });
  // The heads are a row too.
  assert.equal(await table.getAttribute("aria-rowcount"), String(MANY + 1));
  const drawn = () => page.locator(".table-body .row").count();
  assert.ok((await drawn()) < 40, `${await drawn()} rows are drawn`);
  await shot(page, "table-many");

  // From the top to the end in a second; a frame takes the longer, the more there is to draw.
  const frames = await table.evaluate(async (element) => {
    const took = [];
    let last = performance.now();
    for (let step = 0; step <= 60; step += 1) {
      element.scrollTop = ((element.scrollHeight - element.clientHeight) * step) / 60;
      await new Promise((next) => requestAnimationFrame(next));
      const now = performance.now();
      took.push(now - last);
      last = now;
    }
    return took.sort((a, b) => a - b);
  });
  console.log(`scrolling ${MANY} rows: median frame ${frames[30].toFixed(1)} ms, 95 % ${frames[57].toFixed(1)} ms`);
  await row(page, "idle-199").waitFor();
  assert.equal(await row(page, "idle-199").getAttribute("aria-rowindex"), String(MANY + 1));
  assert.equal(await row(page, "idle-000").count(), 0, "what is scrolled away is not drawn");
  assert.ok((await drawn()) < 40, `${await drawn()} rows are drawn at the end`);

  await page.getByRole("searchbox").fill("idle-07");
  await page.getByText("10 containers").waitFor();
  assert.equal(await drawn(), 10);
  await row(page, "idle-071").waitFor();
  await page.getByRole("searchbox").fill("");
  await page.getByText(`${MANY} containers`).waitFor();
});

story("what is unfolded stays so while it is scrolled away", async ({ page, deck }) => {
  await enter(page, deck);
  await page.getByRole("button", { name: "Look at idle-003" }).click();
  await page.locator(".detail").getByText("localhost/tiny:latest").waitFor();
  const table = page.getByRole("table", { name: "Containers" });
  const scroll = (share) => table.evaluate((element, share) => (element.scrollTop = element.scrollHeight * share), share);
  const before = await table.evaluate((element) => element.scrollHeight);
  await scroll(1);
  await row(page, "idle-199").waitFor();
  await page.locator(".detail").waitFor({ state: "detached" });
  assert.equal(await table.evaluate((element) => element.scrollHeight), before, "its room is kept");
  await scroll(0);
  await page.locator(".detail").getByText("localhost/tiny:latest").waitFor();
});

story("columns are chosen, sorted by, and are the same in another browser", async ({ page, context, deck }) => {
  await deck.run("busy", "--health-cmd", "true", "--label", "com.docker.compose.project=shop");
  await enter(page, deck);
  await row(page, "busy").waitFor();
  await settled(appWindow(page));
  await maximise(page);
  const columns = page.getByRole("dialog", { name: "Columns" });
  await page.getByRole("button", { name: "Columns" }).click();
  await columns.getByLabel("Uptime").check();
  await columns.getByLabel("Image").check();
  await columns.getByLabel("Health").check();
  const saved = kept(page);
  await columns.getByLabel("Ports").uncheck();
  await accessible(page, "the choice of columns");
  await shot(page, "table-columns");
  await saved;
  await page.keyboard.press("Escape");
  await columns.waitFor({ state: "hidden" });
  const counted = (await heads(page)).filter((head) => !["CPU", "Memory"].includes(head));
  assert.deepEqual(counted, ["Name", "Status", "Health", "Uptime", "Image", "Stack"]);
  assert.match(await row(page, "busy").innerText(), /\d+ s/);

  const sorted = kept(page);
  await page.getByRole("columnheader", { name: "Uptime" }).getByRole("button").click();
  await page.waitForFunction(() => document.querySelector(".cell-name strong")?.textContent === "busy");
  await sorted;
  for (const head of counted) {
    const cell = page.getByRole("columnheader", { name: head, exact: true });
    await cell.getByRole("button").click();
    assert.ok(await cell.getAttribute("aria-sort"), `sorted by ${head}`);
  }

  const other = await context.newPage();
  await other.goto(deck.url);
  await row(other, "idle-000").waitFor();
  await other.getByRole("columnheader", { name: "Image" }).waitFor();
  assert.equal(await other.getByRole("columnheader", { name: "Ports" }).count(), 0);
});

// Where the tree of control groups is the old one, nothing is counted for containers of somebody who is not root.
story("what containers use is shown, or that this machine cannot say it", async ({ page, deck }) => {
  await deck.run("worker");
  await enter(page, deck);
  await row(page, "idle-000").waitFor();
  await page.getByRole("searchbox").fill("worker");
  const lacks = page.getByText("No statistics on this machine", { exact: true });
  const cpu = row(page, "worker").locator(".cell-cpu");
  await lacks.or(cpu.getByText(/%$/)).first().waitFor();
  const counts = (await deck.podman("info", "--format", "{{.Host.CgroupsVersion}}")) === "v2";
  assert.equal(await lacks.isVisible(), !counts);
  await page.getByRole("button", { name: "Look at worker" }).click();
  const uses = page.locator(".detail").getByText(counts ? "of a processor" : "No statistics on this machine.");
  await uses.waitFor();
  await page.getByRole("button", { name: "Columns" }).click();
  assert.equal(await page.getByRole("checkbox", { name: "CPU" }).isDisabled(), !counts);
  await accessible(page, "statistics, or their absence");
  await shot(page, "table-statistics");
  await page.keyboard.press("Escape");
  if (!counts) return;
  await page.getByRole("searchbox").fill("");
  await page.getByRole("columnheader", { name: "CPU" }).getByRole("button").click();
  await page.waitForFunction(() => document.querySelector(".cell-cpu polyline")?.getAttribute("points").trim().includes(" "));
});

story("many rows fit a phone", async ({ page, deck }) => {
  await enter(page, deck);
  await row(page, "idle-000").waitFor();
  const [one, two] = await Promise.all(["idle-000", "idle-001"].map((name) => row(page, name).boundingBox()));
  assert.equal(two.y - one.y, one.height, "rows neither overlap nor part");
  await page.getByRole("table", { name: "Containers" }).evaluate((element) => (element.scrollTop = element.scrollHeight));
  await row(page, "idle-199").waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await accessible(page, "many rows on a phone");
  await shot(page, "table-phone");
}, PHONE);
