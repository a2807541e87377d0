// Stands between the browser and the server: a stable address while the server comes and goes, and a cable to cut.

import net from "node:net";

export class Relay {
  #server = net.createServer((near) => this.#carry(near));
  #open = new Set();
  #cut = false;

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

  mend() {
    this.#cut = false;
  }

  close() {
    this.cut();
    this.#server.close();
  }

  #carry(near) {
    if (this.#cut) return near.destroy();
    const far = net.connect(Number(new URL(this.target).port), "127.0.0.1");
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
