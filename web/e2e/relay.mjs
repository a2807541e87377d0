// Stands between the browser and the server: a stable address while the server comes and goes, and a cable to cut.

import net from "node:net";

export class Relay {
  #server = net.createServer((near) => this.#carry(near));
  #open = new Set();
  #cut = false;
  #lost;

  // Where connections are carried to: `http://127.0.0.1:PORT`.
  target;

  constructor(target) {
    this.target = target;
  }

  async listen() {
    await new Promise((done) => this.#server.listen(0, "127.0.0.1", done));
    return this.#server.address().port;
  }

  // Nothing comes through any more, neither what is open nor what is new.
  cut() {
    this.#cut = true;
    for (const socket of this.#open) socket.destroy();
  }

  // The event streams that are open carry nothing any more, and nobody is told. What is new comes through.
  hush() {
    for (const socket of this.#open) if (socket.pushed) socket.unpipe();
  }

  // Requests that begin so do not arrive.
  lose(beginning) {
    this.#lost = beginning;
  }

  mend() {
    this.#cut = false;
    this.#lost = undefined;
  }

  close() {
    this.cut();
    this.#server.close();
  }

  #carry(near) {
    if (this.#cut) return near.destroy();
    const far = net.connect(Number(new URL(this.target).port), "127.0.0.1");
    near.once("data", (head) => {
      near.pushed = far.pushed = head.includes("/api/events?");
    });
    near.on("data", (chunk) => this.#lost && chunk.includes(this.#lost) && far.destroy());
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.#open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
