// Apps that other people have made, as they are, opened through Stardeck and used.

import assert from "node:assert/strict";
import { MODES, desk } from "./apps.mjs";
import { asked, bring, realApp } from "./real.mjs";
import { shot, suite } from "./story.mjs";

const chosen = asked();
// Other people's pages break our policies at times, which is what these stories are about.
const every = suite({ hostile: true, prepare: (deck) => bring(deck, chosen) });

// A story of an app, where that is tried.
function story(name, title, tell) {
  if (chosen.includes(name)) every(title, tell);
}

// The app in a window of the desk, opened by its icon, that is large enough to be used.
async function open(page, deck, url, name) {
  await realApp(await desk(page, url(deck)), deck, name);
  await page.reload();
  await page.getByRole("option", { name: new RegExp(`^${name}, running`) }).dblclick();
  const window = page.getByRole("region", { name });
  await window.locator(".embed.is-shown").waitFor();
  await window.locator(".window-bar h2").dblclick();
  return window.locator("iframe").contentFrame();
}

for (const [mode, url] of MODES) {
  // A check of the Host, and a token of its own in a header.
  story("transmission", `Transmission at ${mode} takes a torrent`, async ({ page, deck }) => {
    const inside = await open(page, deck, url, "transmission");
    const name = `story-${mode.split(" ")[1]}`;
    await inside.locator("#toolbar-open").click();
    const hash = Buffer.from(name.padEnd(20, "x")).toString("hex").slice(0, 40);
    await inside.locator("#torrent_upload_url").fill(`magnet:?xt=urn:btih:${hash}&dn=${name}`);
    await inside.locator("#upload_confirm_button").click();
    await inside.locator(".torrent_name", { hasText: name }).waitFor();
    await shot(page, `transmission-${mode.split(" ")[1]}`);
  });

  // Turns away whoever asks for another host or port than its own, or from another's page.
  story("qbittorrent", `qBittorrent at ${mode} takes a magnet link`, async ({ page, deck }) => {
    const inside = await open(page, deck, url, "qbittorrent");
    const name = `story-${mode.split(" ")[1]}`;
    await inside.locator("#username").fill("admin");
    await inside.locator("#password").fill("adminadmin");
    await inside.locator("#login").click();
    await inside.locator("#downloadButton").click();
    const dialog = inside.frameLocator("#downloadPage_iframe");
    const hash = Buffer.from(name.padEnd(20, "x")).toString("hex").slice(0, 40);
    await dialog.locator("#urls").fill(`magnet:?xt=urn:btih:${hash}&dn=${name}`);
    await dialog.getByRole("button", { name: "Download" }).click();
    await inside.locator("#torrentsTableDiv").getByText(name, { exact: true }).waitFor();
    await shot(page, `qbittorrent-${mode.split(" ")[1]}`);
  });

  // Absolute paths, and a socket that tells all editors of a deploy.
  story("nodered", `Node-RED at ${mode} deploys a flow that answers`, async ({ page, deck }) => {
    const inside = await open(page, deck, url, "nodered");
    await inside.locator(".red-ui-palette-node").first().waitFor();
    const path = `/hello-${mode.split(" ")[1]}`;
    const flow = [
      { id: `in${path}`, type: "http in", z: "", url: path, method: "get", wires: [[`text${path}`]], x: 100, y: 100 },
      { id: `text${path}`, type: "template", z: "", field: "payload", template: "hello from a flow", wires: [[`out${path}`]], x: 250, y: 100 },
      { id: `out${path}`, type: "http response", z: "", wires: [], x: 400, y: 100 },
    ];
    const text = inside.locator("#red-ui-clipboard-dialog-import-text");
    // Its keys are bound some time after its palette is there, and are for whoever looks into it, not at the desk.
    for (let presses = 0; presses < 10 && !(await text.isVisible()); presses++) {
      await inside.locator("#red-ui-workspace-chart").click({ position: { x: 20, y: 20 } });
      await inside.locator("body").press("Control+i");
      await text.waitFor({ timeout: 2000 }).catch(() => {});
    }
    await text.fill(JSON.stringify(flow));
    // It is looked at when a key is let go.
    await text.press("End");
    await inside.locator("#red-ui-clipboard-dialog-ok").click();
    await inside.locator("#red-ui-workspace-chart").click({ position: { x: 300, y: 200 } });
    await inside.locator("#red-ui-header-button-deploy:not(.disabled)").click();
    await inside.locator(".red-ui-notification", { hasText: "Successfully deployed" }).waitFor();
    assert.equal(await inside.locator("body").evaluate((_, path) => fetch(path).then((reply) => reply.text()), path), "hello from a flow");
    await shot(page, `nodered-${mode.split(" ")[1]}`);
  });

  // Redirects, and a page that asks a lot of an API of its own.
  story("prometheus", `Prometheus at ${mode} answers a question about itself`, async ({ page, deck }) => {
    const inside = await open(page, deck, url, "prometheus");
    const query = inside.locator(".cm-content, textarea.expression_text_area, #expr0").first();
    await query.click();
    await page.keyboard.type("prometheus_build_info");
    await page.keyboard.press("Escape");
    const execute = inside.getByRole("button", { name: "Execute" }).or(inside.locator("input[value=Execute]")).first();
    const answer = inside.getByText(/prometheus_build_info\{.*job="self"/).first();
    // It knows nothing of itself before it has looked once.
    do await execute.click();
    while (!(await answer.waitFor({ timeout: 2000 }).then(() => true, () => false)));
    await shot(page, `prometheus-${mode.split(" ")[1]}`);
  });

  // A kernel over a WebSocket, a token in a cookie and a header, a policy of its own for who may frame it.
  story("jupyter", `JupyterLab at ${mode} runs a cell, and its terminal echoes`, async ({ page, deck }) => {
    const inside = await open(page, deck, url, "jupyter");
    await inside.locator('.jp-LauncherCard[title^="Python 3"]').first().click();
    // JupyterLab forgets a cell that is run before its kernel is there.
    await inside.getByText("Python 3 (ipykernel) | Idle").waitFor({ timeout: 60_000 });
    await inside.locator(".jp-Notebook .jp-CodeCell .cm-content").first().click();
    await page.keyboard.type("print(6 * 7)");
    await page.keyboard.press("Shift+Enter");
    await inside.locator(".jp-OutputArea-output", { hasText: /^42\s*$/ }).waitFor({ timeout: 60_000 });
    const echoed = await inside.locator("body").evaluate(async () => {
      const token = document.cookie.match(/_xsrf=([^;]+)/)?.[1];
      const reply = await fetch("/api/terminals", { method: "POST", headers: { "X-XSRFToken": token } });
      const { name } = await reply.json();
      const socket = new WebSocket(`${location.origin.replace("http", "ws")}/terminals/websocket/${name}`);
      return new Promise((done, failed) => {
        let said = "";
        socket.onopen = () => socket.send(JSON.stringify(["stdin", "echo $((40+2))-echoed\r"]));
        socket.onmessage = ({ data }) => {
          const [kind, text] = JSON.parse(data);
          if (kind === "stdout") said += text;
          if (said.includes("42-echoed")) done(true);
        };
        socket.onerror = failed;
      });
    });
    assert.ok(echoed);
    await shot(page, `jupyter-${mode.split(" ")[1]}`);
  });

  // A screen in frames of bytes.
  story("novnc", `noVNC at ${mode} shows a screen`, async ({ page, deck }) => {
    const inside = await open(page, deck, url, "novnc");
    const screen = inside.locator("#noVNC_container canvas");
    await screen.waitFor();
    const [width, height] = await screen.evaluate((canvas) => [canvas.width, canvas.height]);
    assert.deepEqual([width, height], [800, 600]);
    await shot(page, `novnc-${mode.split(" ")[1]}`);
  });
}
