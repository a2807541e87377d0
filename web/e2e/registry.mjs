// A registry of images: Debian's `docker-registry` on loopback, without TLS. `testkit-deck` starts it, and ends it with the deck.

export class Registry {
  #ask;

  // Its address, as the name of an image begins.
  host;

  constructor(ask, host) {
    this.#ask = ask;
    this.host = host;
  }

  // Puts an image that runs as `localhost/tiny` does in it under this name, as `team/app:1`: a new one each time, with a layer
  // of so many bytes. The machine does not have it; the digest of its manifest is answered.
  put(name, bytes = 1024) {
    return this.#ask("put", name, String(bytes));
  }

  // Another address of the same registry, where so many bytes a second come through: what is fetched there is seen under way.
  narrow(rate) {
    return this.#ask("narrow", String(rate));
  }

  // Gives that address a name in the machine's configuration. Podman tells no bytes of a registry that Stardeck asks it to
  // reach without TLS, as one on loopback, but does of one whose configuration says so. For preparations: Podman's service
  // is started again.
  async nameIt(name) {
    await this.#ask("name", name);
    return name;
  }

  // Everything comes through from now on.
  widen() {
    return this.#ask("widen");
  }
}
