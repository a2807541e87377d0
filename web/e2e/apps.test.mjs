// Apps in frames of the desktop, and what a hostile one can do there: numbered as in the security contract.

import assert from "node:assert/strict";
import { MODES, app, desk, echoed, frame, seen } from "./apps.mjs";
import { NAME, PASSWORD } from "./deck.mjs";
import { suite } from "./story.mjs";

const story = suite({ hostile: true });

for (const [mode, url] of MODES) {
  story(`an app opens in a frame, at ${mode}, and speaks both ways`, async ({ page, deck }) => {
    const home = await desk(page, url(deck));
    const inside = await frame(home, await app(home, deck, "evil"), "/echo");
    assert.equal(inside.url(), `${inside.origin}/echo`);
    const head = await inside.evaluate(() => document.body.innerText);
    assert.ok(!/sd=|sd_app/.test(head), head);
    assert.equal(await echoed(inside, "hello"), "hello");
    const tick = await inside.evaluate(
      () =>
        new Promise((done) => {
          const events = new EventSource("/sse");
          events.onmessage = ({ data }) => (events.close(), done(data));
        }),
    );
    assert.equal(tick, "tick");
    // Its own cookies and its storage work as without us.
    const own = await inside.evaluate(() => {
      document.cookie = "lang=en; SameSite=Strict";
      localStorage.setItem("a", "b");
      return [document.cookie.includes("lang=en"), localStorage.getItem("a")];
    });
    assert.deepEqual(own, [true, "b"]);
    assert.match(await inside.evaluate(() => fetch("/echo").then((reply) => reply.text())), /lang=en/);
  });

  story(`sec_13 an app at ${mode} sees nothing of the desktop`, async ({ page, deck }) => {
    const home = await desk(page, url(deck));
    const inside = await frame(home, await app(home, deck, "evil"));
    await page.evaluate(() => {
      localStorage.setItem("desk", "mine");
      globalThis.heard = [];
      new BroadcastChannel("x").onmessage = ({ data }) => globalThis.heard.push(data);
      globalThis.called = new Promise((done) => addEventListener("message", ({ data }) => done(data), { once: true }));
    });
    const tried = await inside.evaluate(() => {
      const attempt = (act) => {
        try {
          return `got ${act()}`;
        } catch (error) {
          return error.name;
        }
      };
      new BroadcastChannel("x").postMessage("into the desk");
      parent.postMessage("said", "*");
      return [
        attempt(() => parent.document),
        attempt(() => top.document.cookie),
        attempt(() => parent.localStorage),
        attempt(() => parent.location.href),
        localStorage.getItem("desk"),
      ];
    });
    assert.deepEqual(tried, [...Array(4).fill("SecurityError"), null]);
    assert.equal(await page.evaluate(() => globalThis.called), "said");
    assert.deepEqual(await page.evaluate(() => globalThis.heard), []);
  });

  story(`sec_14 sec_15 an app at ${mode} moves nothing of the desktop's API`, async ({ page, deck }) => {
    const home = await desk(page, url(deck));
    const inside = await frame(home, await app(home, deck, "evil"));
    const { body: document } = await home.call("GET", "/openapi.json");
    const state = async () => {
      const lists = await Promise.all(["/users", "/tokens", "/sessions", "/apps"].map((path) => home.call("GET", path)));
      return lists.map(({ body }) => body.items.map(({ id, state }) => [id, state]));
    };
    const before = await state();
    const paths = Object.keys(document.paths).map((path) => `${home.url}/api${path.replace("{id}", "x")}`);
    const refused = [];
    const count = (response) => response.url().startsWith(`${home.url}/api/`) && refused.push([response.url(), response.status()]);
    page.on("response", count);
    await inside.evaluate(async (paths) => {
      const settled = (asked) => asked.then(() => {}, () => {});
      for (const path of paths) {
        const post = { method: "POST", mode: "no-cors", credentials: "include", body: '{"name":"eve"}', headers: { "content-type": "text/plain" } };
        await settled(fetch(path, post));
        await settled(fetch(path, { mode: "no-cors", credentials: "include" }));
        await settled(fetch(path, { method: "DELETE", credentials: "include", headers: { "x-stardeck-token": "guess" } }));
        navigator.sendBeacon(path, "{}");
        await new Promise((done) => {
          const image = new Image();
          image.referrerPolicy = "no-referrer";
          image.onload = image.onerror = done;
          image.src = path;
        });
      }
      const form = document.createElement("form");
      const target = document.createElement("iframe");
      target.name = "sink";
      form.method = "post";
      form.target = "sink";
      document.body.append(target, form);
      for (const path of paths) {
        form.action = path;
        const loaded = new Promise((done) => (target.onload = done));
        form.submit();
        await loaded;
      }
    }, paths);
    page.off("response", count);
    assert.ok(refused.length >= paths.length * 3, `${refused.length} answers`);
    const open = /\/api\/(healthz|health\/podman|openapi\.json)$/;
    const let_in = refused.filter(([url, status]) => status < 400 && !open.test(url));
    assert.deepEqual(let_in, []);
    assert.deepEqual(await state(), before);
    const opened = await inside.evaluate(
      (url) =>
        new Promise((done) => {
          const socket = new WebSocket(url);
          socket.onopen = () => done("open");
          socket.onerror = () => done("refused");
        }),
      `${home.url.replace("http", "ws")}/api/events`,
    );
    assert.equal(opened, "refused");
  });

  story(`sec_16 sec_17 no cookie of an app at ${mode} makes one somebody else`, async ({ page, deck }) => {
    const home = await desk(page, url(deck));
    const inside = await frame(home, await app(home, deck, "evil"));
    const attacker = await deck.call("POST", "/login", { body: { name: NAME, password: PASSWORD } });
    const stolen = attacker.cookie.split("=")[1];
    const mine = (await home.call("GET", "/session")).body.session.id;
    const domain = home.url.includes("stardeck.localhost") ? "; domain=stardeck.localhost" : "";
    await inside.evaluate(([value, domain]) => (document.cookie = `sd=${value}; path=/api${domain}`), [stolen, domain]);
    const tossed = await home.call("GET", "/session");
    if (tossed.status === 200) assert.equal(tossed.body.session.id, mine);
    else assert.deepEqual([tossed.status, tossed.body.error.code], [401, "session_changed"]);
    await inside.evaluate(
      ([value, domain]) => {
        for (let n = 0; n < 400; n += 1) document.cookie = `junk${n}=x; path=/${domain}`;
        document.cookie = `sd=${value}; path=/${domain}`;
      },
      [stolen, domain],
    );
    const evicted = await home.call("GET", "/session");
    if (evicted.status === 200) assert.equal(evicted.body.session.id, mine);
    else assert.deepEqual([evicted.status, evicted.body.error.code], [401, "session_changed"]);
  });

  story(`sec_18 a cookie bomb of an app at ${mode} is cleared away`, async ({ page, context, deck }) => {
    const home = await desk(page, url(deck));
    const inside = await frame(home, await app(home, deck, "evil"));
    const domain = home.url.includes("stardeck.localhost") ? "; domain=stardeck.localhost" : "";
    await inside.evaluate((domain) => {
      for (let n = 0; n < 150; n += 1) document.cookie = `bomb${n}=${"x".repeat(3900)}; path=/${domain}`;
      return document.cookie.length;
    }, domain);
    const reply = await page.goto(home.url);
    assert.equal(reply.status(), 200);
    const left = (await context.cookies()).filter(({ name }) => name.startsWith("bomb"));
    assert.deepEqual(left.map(({ name, domain }) => [name, domain]), []);
  });

  story(`sec_19 sec_22 what an app at ${mode} says to the whole host stays here`, async ({ page, context, deck }) => {
    const home = await desk(page, url(deck));
    const lines = [
      ...["sd=evil", "=sd=evil", "SD=evil", "__Host-sd=evil; Secure; Path=/", "sd_app_x=evil"].map((pair) => `Set-Cookie: ${pair}`),
      "Set-Cookie: far=1; Domain=stardeck.localhost",
      'Clear-Site-Data: "*"',
      "Strict-Transport-Security: max-age=9999; includeSubDomains",
      'Alt-Svc: h3=":443"',
      "NEL: {}",
      "Service-Worker-Allowed: /",
    ];
    const said = page.waitForResponse((response) => response.url().includes("/say"));
    const query = lines.map((line) => `h=${encodeURIComponent(line)}`).join("&");
    await frame(home, await app(home, deck, "evil"), `/say?${query}`);
    const headers = await (await said).headersArray();
    const left = headers.filter(({ name }) => /clear-site-data|strict-transport|alt-svc|^nel$|service-worker-allowed/i.test(name));
    assert.deepEqual(left, []);
    const cookies = await context.cookies();
    assert.deepEqual(cookies.filter(({ value }) => value.includes("evil")), []);
    assert.deepEqual(cookies.filter(({ name, domain }) => name === "far" && domain.startsWith(".")), []);
    assert.equal((await home.call("GET", "/session")).status, 200);
  });

  story(`sec_20 sec_21 an app at ${mode} gets nothing of another's`, async ({ page, deck }) => {
    const home = await desk(page, url(deck));
    const evil = await app(home, deck, "evil");
    const good = await app(home, deck, "good");
    const secret = encodeURIComponent("Set-Cookie: key=of-good; HttpOnly; Path=/");
    const other = await frame(home, good, `/say?h=${secret}&h=${encodeURIComponent("Set-Cookie: plain=of-good; Path=/")}`);
    const inside = await frame(home, evil);
    assert.ok(!(await inside.evaluate(() => document.cookie)).includes("key="));
    const received = await inside.evaluate(() => fetch("/echo").then((reply) => reply.text()));
    assert.ok(!received.includes("of-good"), received);
    assert.match(await other.evaluate(() => fetch("/echo").then((reply) => reply.text())), /key=of-good/);
    const before = await seen(deck, "good");
    const tried = await inside.evaluate(async (origin) => {
      const post = fetch(`${origin}/echo`, { method: "POST", mode: "no-cors", credentials: "include", body: "x" }).then(
        ({ type }) => type,
        ({ name }) => name,
      );
      const socket = new Promise((done) => {
        const socket = new WebSocket(`${origin.replace("http", "ws")}/ws`);
        socket.onopen = () => done("open");
        socket.onerror = () => done("refused");
      });
      return [await post, await socket];
    }, other.origin);
    assert.equal(tried[1], "refused");
    assert.equal(await seen(deck, "good"), before);
  });

  story(`sec_23 the desktop frames any app at ${mode}, and no other app does`, async ({ page, deck }) => {
    const home = await desk(page, url(deck));
    const evil = await app(home, deck, "evil");
    const good = await app(home, deck, "good");
    const lines = ["X-Frame-Options: DENY", "Content-Security-Policy: frame-ancestors 'none'; script-src 'self'"];
    const path = `/say?${lines.map((line) => `h=${encodeURIComponent(line)}`).join("&")}`;
    const framed = await frame(home, good, path);
    assert.equal(await framed.evaluate(() => document.body.innerText), "said");
    const ran = await framed.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.ran = true";
      document.body.append(script);
      return globalThis.ran === true;
    });
    assert.equal(ran, false, "the app's own policy still holds");
    const inside = await frame(home, evil);
    const nested = await inside.evaluateHandle((url) => {
      const frame = document.createElement("iframe");
      frame.src = url;
      const loaded = new Promise((done) => (frame.onload = done));
      document.body.append(frame);
      return loaded.then(() => frame);
    }, `${framed.origin}/`);
    assert.match((await nested.contentFrame()).url(), /^chrome-error:/);
  });

  story(`sec_24 sec_25 an app at ${mode} neither moves nor frames the desktop`, async ({ page, deck }) => {
    const home = await desk(page, url(deck));
    const inside = await frame(home, await app(home, deck, "evil"));
    const at = page.url();
    const moved = await inside.evaluate((url) => {
      try {
        top.location = `${url}/?moved`;
        return "moved";
      } catch (error) {
        return error.name;
      }
    }, home.url);
    assert.equal(moved, "SecurityError");
    assert.equal(page.url(), at);
    const nested = await inside.evaluateHandle((url) => {
      const frame = document.createElement("iframe");
      frame.src = url;
      const loaded = new Promise((done) => (frame.onload = done));
      document.body.append(frame);
      return loaded.then(() => frame);
    }, home.url);
    assert.match((await nested.contentFrame()).url(), /^chrome-error:/);
  });

  story(`sec_26 what an app at ${mode} says to the desktop's page is ignored`, async ({ page, deck }) => {
    const home = await desk(page, url(deck));
    const evil = await app(home, deck, "evil");
    await page.reload();
    await page.getByRole("row", { name: /^Look at evil/ }).waitFor();
    const inside = await frame(home, evil);
    const errors = [];
    const asked = [];
    page.on("pageerror", (error) => errors.push(error));
    page.on("request", (request) => {
      // The desk keeps its windows, and asks for a ticket when its stream breaks off, of its own accord.
      const isOwn = /\/api\/(desk|tickets)/.test(request.url());
      if (request.method() !== "GET" && !isOwn) asked.push(request.url());
    });
    const before = await page.evaluate(() => {
      globalThis.heard = 0;
      addEventListener("message", () => (globalThis.heard += 1));
      return [location.href, document.querySelectorAll("section, dialog, iframe, form").length];
    });
    await inside.evaluate((id) => {
      const words = [
        "logout", "close", null, 7, [], { type: "open", app: id }, { action: "delete", id },
        JSON.stringify({ method: "POST", path: "/api/logout" }), "\"><img src=x onerror=alert(1)>", "x".repeat(1_000_000),
      ];
      for (const word of words) parent.postMessage(word, "*");
      const frame = document.body.appendChild(document.createElement("iframe"));
      frame.srcdoc = "<script>top.postMessage({ type: 'logout' }, '*')</script>";
    }, evil.id);
    await page.waitForFunction(() => globalThis.heard === 11);
    const after = await page.evaluate(() => [
      location.href,
      document.querySelectorAll("section, dialog, iframe, form").length,
    ]);
    assert.deepEqual(after, before);
    assert.deepEqual([errors, asked], [[], []]);
    assert.equal((await home.call("GET", "/session")).status, 200);
  });
}
