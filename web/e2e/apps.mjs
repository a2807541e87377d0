// Apps as the desktop opens them.

import assert from "node:assert/strict";
import { NAME, PASSWORD } from "./deck.mjs";

// The desktop at `url`, logged in as a page of its own would be.
export async function desk(page, url) {
  await page.goto(url);
  const token = await page.evaluate(async ([name, password]) => {
    const headers = { "content-type": "application/json" };
    const reply = await fetch("/api/login", { method: "POST", headers, body: JSON.stringify({ name, password }) });
    return (await reply.json()).token;
  }, [NAME, PASSWORD]);
  const call = (method, path, body) =>
    page.evaluate(async ([token, method, path, body]) => {
      const headers = { "x-stardeck-token": token, "content-type": "application/json" };
      const reply = await fetch(`/api${path}`, { method, headers, body: body && JSON.stringify(body) });
      const text = await reply.text();
      return { status: reply.status, body: text && JSON.parse(text) };
    }, [token, method, path, body]);
  return { page, call, token, url };
}

// The app that the deck runs under that name, once it can be opened.
export async function app(desk, deck, name) {
  const { body } = await desk.call("GET", "/system");
  const known = await deck.podman("ps", "--format", "{{.Names}}");
  if (!known.split("\n").includes(name)) await deck.runApp(name, body.deck);
  for (;;) {
    const { body } = await desk.call("GET", "/apps");
    const found = body.items.find((app) => app.service === name && app.state === "ready");
    if (found) return found;
    await desk.page.waitForResponse(() => true, { timeout: 100 }).catch(() => {});
  }
}

// A window with the app in it, as the desktop makes one.
export async function frame(desk, app, path) {
  const { status, body } = await desk.call("POST", `/apps/${app.id}/open`, path ? { path } : {});
  assert.equal(status, 200);
  const element = await desk.page.evaluateHandle((url) => {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads";
    frame.allow = "";
    const loaded = new Promise((done) => frame.addEventListener("load", done, { once: true }));
    frame.src = url;
    document.body.append(frame);
    return loaded.then(() => frame);
  }, body.url);
  const inside = await element.contentFrame();
  return Object.assign(inside, { origin: body.origin });
}

// What reached the app's server so far, beside the server's own look for its icon.
export async function seen(deck, name) {
  const heads = await deck.podman("exec", name, "/bin/wget", "-q", "-O", "-", "http://127.0.0.1:8080/seen");
  return heads.split("\r\n\r\n").filter((head) => !/^user-agent: stardeck/im.test(head)).join("\r\n\r\n");
}

// The two ways to an origin of its own: what it is, and where the desktop is then.
export const MODES = [
  ["a name of its own", (deck) => deck.url],
  ["a port of its own", (deck) => deck.relay.target],
];

// What the app's page hears when it says something to its own server by a WebSocket.
export function echoed(frame, text) {
  return frame.evaluate(
    (text) =>
      new Promise((done, failed) => {
        const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws`);
        socket.onopen = () => socket.send(text);
        socket.onmessage = ({ data }) => done(data);
        socket.onerror = failed;
      }),
    text,
  );
}
