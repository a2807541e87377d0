// A temporary deck: the real server on a rootless Podman of its own, made and taken down by `testkit-deck`.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Registry } from "./registry.mjs";
import { Relay } from "./relay.mjs";

export const NAME = "ada";
export const PASSWORD = "violet-anchor-rain";

function wanted(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the stories by \`cargo xtask test\``);
  return value;
}

export class Deck {
  #child;
  #replies;
  #session;

  // The server with these more arguments.
  static async start(...args) {
    const deck = new Deck();
    deck.#child = spawn(wanted("STARDECK_TEST_DECK"), [wanted("STARDECK_BIN"), wanted("STARDECK_WEB"), ...args], { stdio: ["pipe", "pipe", "inherit"] });
    deck.#replies = createInterface({ input: deck.#child.stdout })[Symbol.asyncIterator]();
    const { address, token } = await deck.#reply();
    deck.token = token;
    deck.relay = new Relay(address);
    const scheme = address.split(":")[0];
    deck.url = `${scheme}://stardeck.localhost:${await deck.relay.listen()}`;
    return deck;
  }

  async #reply() {
    const { value, done } = await this.#replies.next();
    if (done) throw new Error("testkit-deck has ended; its words are above");
    const reply = JSON.parse(value);
    if (reply.error) throw new Error(reply.error);
    return reply;
  }

  async #ask(...words) {
    this.#child.stdin.write(`${JSON.stringify(words)}\n`);
    return this.#reply();
  }

  // What somebody types in a terminal.
  async podman(...words) {
    return (await this.#ask("podman", ...words)).out;
  }

  // A container that runs, of the image that each machine has.
  async run(name, ...options) {
    return this.podman("run", "--detach", "--name", name, ...options, "localhost/tiny:latest");
  }

  // The hostile app as a service of the deck, with these more arguments of `podman run`.
  async runApp(name, deck, ...options) {
    const labels = [`io.stardeck.deck=${deck}`, "io.stardeck.stack=evil", `io.stardeck.service=${name}`, "stardeck.webui.port=8080"];
    const words = labels.flatMap((label) => ["--label", label]);
    return (await this.#ask("app", name, ...words, "--publish", "127.0.0.1::8080", ...options)).out;
  }

  // So many containers that do not run, with names that begin so.
  async create(prefix, count) {
    await this.#ask("create", prefix, String(count));
  }

  // A registry of images on loopback. One that is locked wants to know who asks.
  async registry({ locked = false } = {}) {
    const ask = async (...words) => (await this.#ask("registry", ...words)).out;
    return new Registry(ask, await ask("start", locked ? "locked" : "open"));
  }

  async removeAll() {
    const remove = () => this.podman("rm", "--force", "--time", "1", "--all");
    // HACK: Podman 4.3 fails where a process ends by itself just before it is killed.
    await remove().catch(remove);
  }

  async podmanService(verb) {
    await this.#ask("service", verb);
  }

  async stopServer() {
    await this.#ask("deck", "kill");
  }

  async startServer() {
    this.relay.target = (await this.#ask("deck", "start")).address;
  }

  // The API, as a program would use it.
  async call(method, path, { body, headers } = {}) {
    const response = await fetch(`${this.relay.target}/api${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text), cookie: response.headers.get("set-cookie")?.split(";")[0] };
  }

  // Makes the first administrator.
  async setUp() {
    const reply = await this.call("POST", "/setup", { body: { token: this.token, name: NAME, password: PASSWORD } });
    if (reply.status !== 200) throw new Error(JSON.stringify(reply));
    await this.clearDesk();
  }

  // The desk of the administrator as on the first day, once the welcome was put away. Where a story has given them
  // another password, it stays.
  async clearDesk() {
    const login = await this.call("POST", "/login", { body: { name: NAME, password: PASSWORD } });
    if (login.status !== 200) return;
    const headers = { cookie: login.cookie, "x-stardeck-token": login.body.token };
    const { body } = await this.call("GET", "/desk", { headers });
    const entries = Object.fromEntries(Object.keys(body.entries).map((key) => [key, null]));
    await this.call("PATCH", "/desk", { headers, body: { entries: { ...entries, welcome: true } } });
    await this.call("POST", "/logout", { headers });
  }

  // The API, as the administrator's program.
  async asAdmin(method, path, body) {
    if (!this.#session) {
      const login = await this.call("POST", "/login", { body: { name: NAME, password: PASSWORD } });
      this.#session = { cookie: login.cookie, "x-stardeck-token": login.body.token };
    }
    const headers = { ...this.#session, "idempotency-key": crypto.randomUUID().replaceAll("-", "") };
    const reply = await this.call(method, path, { body, headers });
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  // A stack of this text, deployed and up.
  async deploy(name, compose) {
    await this.asAdmin("POST", "/stacks", { name, compose });
    const { job } = await this.asAdmin("POST", `/stacks/${name}/deploy`, {});
    return this.done(job.id);
  }

  // Waits until a job is over, and gives it.
  async done(id) {
    for (;;) {
      const job = await this.asAdmin("GET", `/jobs/${id}`);
      if (!["queued", "running"].includes(job.state)) return job;
      await new Promise((later) => setTimeout(later, 100));
    }
  }

  // Ends all sessions but the one that it opens for this, as from another browser.
  async revokeSessions() {
    const login = await this.call("POST", "/login", { body: { name: NAME, password: PASSWORD } });
    const headers = { cookie: login.cookie, "x-stardeck-token": login.body.token };
    const { body } = await this.call("GET", "/sessions", { headers });
    for (const session of body.items.filter((session) => !session.current)) {
      const ended = await this.call("DELETE", `/sessions/${session.id}`, { headers });
      if (ended.status >= 300) throw new Error(JSON.stringify(ended));
    }
  }

  async stop() {
    await this.removeAll();
    this.relay.close();
    this.#child.stdin.end();
    const status = await new Promise((done) => this.#child.on("exit", done));
    if (status !== 0) throw new Error(`testkit-deck ended with ${status}: something was left behind`);
  }
}
