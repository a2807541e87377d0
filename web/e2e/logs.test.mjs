// What containers print, in a window, as they print it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { accessible, enter, PHONE, row, settled, shot, suite } from "./story.mjs";

const story = suite();

const print = (deck, name, script) => deck.podman("run", "--detach", "--name", name, "localhost/tiny:latest", "sh", "-c", script);

async function openLogs(page, name) {
  await row(page, name).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Logs" }).click();
  const window = page.getByRole("region", { name: `${name} — Logs` });
  await settled(window);
  return window;
}

const lines = (window) => window.locator(".log-row:not(.is-measure)");

story("a log is followed live, filtered, held still and saved", async ({ page, deck }) => {
  await print(deck, "web", `
    printf 'listening on \\033[32mport 8080\\033[0m\\n'
    echo 'time=12:00 level=warning msg="it is late"'
    echo 'ERROR: cannot reach the database' >&2
    echo '<b>not bold</b>'
    while [ ! -e /go ]; do sleep 0.1; done
    for n in $(seq 200); do echo "GET /page/$n 200"; done
    while [ ! -e /more ]; do sleep 0.1; done
    echo later; exec sleep 1000`);
  await enter(page, deck);
  const window = await openLogs(page, "web");
  await window.getByText("<b>not bold</b>").waitFor();
  await window.getByText("Live").waitFor();
  assert.equal(await window.locator(".log-row[data-level=error]").count(), 1);
  assert.equal(await window.locator(".log-row[data-level=warning]").count(), 1);
  assert.notEqual(
    await window.getByText("port 8080").evaluate((it) => getComputedStyle(it).color),
    await window.getByText("listening on").evaluate((it) => getComputedStyle(it).color),
  );
  await accessible(page, "a log");

  await deck.podman("exec", "web", "touch", "/go");
  await window.getByText("GET /page/200 200").waitFor();
  await window.getByText("204 lines").waitFor();
  assert.ok((await lines(window).count()) < 80, "only what is seen is drawn");
  await shot(page, "logs-dark");

  await window.getByRole("searchbox", { name: "Filter lines" }).fill("page/7");
  await window.getByText("11 of 204 lines").waitFor();
  assert.equal(await window.locator(".is-found").count(), 11);
  await shot(page, "logs-filter");
  await window.getByRole("searchbox", { name: "Filter lines" }).fill("no such thing");
  await window.getByText("No line matches").waitFor();
  await page.keyboard.press("Escape");
  await window.getByRole("button", { name: "All lines" }).click();
  await page.getByRole("menuitemradio", { name: "Errors", exact: true }).click();
  await window.getByText("1 of 204 lines").waitFor();
  await window.getByRole("button", { name: "Errors" }).click();
  await page.getByRole("menuitemradio", { name: "All lines" }).click();

  // Whoever scrolls up is not carried away by what comes.
  const view = window.getByRole("log");
  await window.getByText("GET /page/200 200").waitFor();
  await view.hover();
  await page.mouse.wheel(0, -800);
  await window.getByText("Held still").waitFor();
  const top = await view.evaluate((it) => it.scrollTop);
  await deck.podman("exec", "web", "touch", "/more");
  await window.getByRole("button", { name: "1 new line" }).waitFor();
  assert.equal(await view.evaluate((it) => it.scrollTop), top);
  await accessible(page, "a log that is held still");
  await shot(page, "logs-held");
  await window.getByRole("button", { name: "1 new line" }).click();
  await window.getByText("later", { exact: true }).waitFor();

  const saving = page.waitForEvent("download");
  await window.getByRole("button", { name: "Save as a file" }).click();
  const file = await saving;
  assert.equal(file.suggestedFilename(), "web.log");
  const saved = readFileSync(await file.path(), "utf8").trimEnd().split("\n");
  assert.equal(saved.length, 205);
  assert.match(saved[0], /^\d{4}-\d\d-\d\dT[\d:.]+Z web: listening on port 8080$/);

  await page.emulateMedia({ colorScheme: "light" });
  await accessible(page, "a light log");
  await shot(page, "logs-light");
  await page.reload();
  await page.getByRole("region", { name: "web — Logs" }).getByText("later", { exact: true }).waitFor();
});

story("sec_29 the log of whatever name is saved as text and never shown as a page", async ({ page, context, deck }) => {
  await print(deck, "x.html", "echo '<script>document.title = 1</script>'; exec sleep 1000");
  await enter(page, deck);
  const window = await openLogs(page, "x.html");
  await window.getByText("<script>document.title = 1</script>").waitFor();
  await page.evaluate(() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => ((globalThis.offered = blob.type), make.call(URL, blob));
  });
  const saving = page.waitForEvent("download");
  await window.getByRole("button", { name: "Save as a file" }).click();
  const file = await saving;
  assert.equal(file.suggestedFilename(), "x.html.log");
  assert.equal(await page.evaluate(() => globalThis.offered), "text/plain;charset=utf-8");
  assert.equal(context.pages().length, 1, "nothing was opened");
});

story("the log of a stack has all its services, and follows them over a new deploy", async ({ page, deck }) => {
  const service = (name, words) => `  ${name}:\n    image: localhost/tiny:latest\n    command: ["sh", "-c", "echo ${words}; exec sleep 1000"]\n`;
  const compose = `services:\n${service("web", "ready to serve")}${service("store", "ready to keep")}`;
  await deck.deploy("shop", compose);
  await enter(page, deck);
  await page.getByRole("navigation", { name: "Show" }).getByRole("button", { name: "shop" }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Logs" }).click();
  const window = page.getByRole("region", { name: "shop — Logs" });
  await window.locator(".log-row", { hasText: "ready to serve" }).getByText("web").waitFor();
  await window.locator(".log-row", { hasText: "ready to keep" }).getByText("store").waitFor();
  const { files } = await deck.asAdmin("GET", "/stacks/shop");
  await deck.asAdmin("PUT", "/stacks/shop", { version: files.version, compose: compose.replace("to serve", "to serve again") });
  await deck.done((await deck.asAdmin("POST", "/stacks/shop/deploy", {})).job.id);
  await window.getByText("ready to serve again").waitFor();
  await shot(page, "logs-stack");
  const { job } = await deck.asAdmin("DELETE", "/stacks/shop");
  await deck.done(job.id);
});

story("a hundred thousand lines stay smooth, and a broken connection is said and mended", async ({ page, deck }) => {
  await print(deck, "loud", `
    while [ ! -e /go ]; do sleep 0.1; done
    awk 'BEGIN { for (n = 1; n <= 110000; n++) print "line " n " of a program that has much to say about what it does" }'
    echo the end; exec sleep 1000`);
  await enter(page, deck);
  const window = await openLogs(page, "loud");
  await window.getByText("Live").waitFor();
  await deck.podman("exec", "loud", "touch", "/go");
  await window.getByText("the end", { exact: true }).waitFor();
  const held = Number((await window.locator(".logs-foot span").last().innerText()).replace(/\D/g, ""));
  assert.ok(held > 10_000, `${held} lines`);
  assert.ok((await lines(window).count()) < 80, "only what is seen is drawn");
  const view = window.getByRole("log");
  // From end to end, a frame at a time: how long the slowest third of the frames takes, drawing included.
  const frames = await view.evaluate(async (it) => {
    const times = [];
    let last = await new Promise(requestAnimationFrame);
    for (let n = 60; n >= 0; n -= 1) {
      it.scrollTop = (it.scrollHeight * n) / 60;
      const now = await new Promise(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    return times.sort((a, b) => a - b);
  });
  console.log(`${held} lines; median frame ${frames[30].toFixed(1)} ms, slowest ${frames.at(-1).toFixed(1)} ms`);
  assert.ok(frames[30] < 100, `the median frame took ${frames[30]} ms`);
  await window.getByText(/^line \d+ of/).first().waitFor();

  await deck.stopServer();
  await window.getByText("The connection broke; trying again…").waitFor();
  await deck.startServer();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await window.getByText("Held still").waitFor();
  await window.getByRole("button", { name: "Go on" }).click();
  await window.getByText("The connection was lost and is back.").waitFor();
  assert.equal(await window.getByText("the end", { exact: true }).count(), 1, "no line is shown twice");
});

story("a log fits a phone", async ({ page, deck }) => {
  await enter(page, deck);
  await page.getByRole("button", { name: "More actions for web" }).tap();
  await page.getByRole("menuitem", { name: "Logs" }).tap();
  const window = page.getByRole("region", { name: "web — Logs" });
  await window.getByText("GET /page/200 200").waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await accessible(page, "a log on a phone");
  await shot(page, "logs-phone");
}, PHONE);
