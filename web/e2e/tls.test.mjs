// The desktop and its apps over TLS, as on a network.

import assert from "node:assert/strict";
import { MODES, app, desk, echoed, frame } from "./apps.mjs";
import { enter, suite } from "./story.mjs";

// The stories are about what happens behind a certificate; whose word it is the server's own tests check.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
const UNCHECKED = { ignoreHTTPSErrors: true };

const story = suite({ args: ["--tls", "everywhere"] });

for (const [mode, url] of MODES) {
  story(`over TLS an app opens in a frame, at ${mode}`, async ({ page, context, deck }) => {
    const home = await desk(page, url(deck));
    const inside = await frame(home, await app(home, deck, "good"), "/echo");
    assert.match(inside.url(), /^https:.*\/echo$/);
    assert.match(await inside.evaluate(() => document.body.innerText), /x-forwarded-proto: https/);
    assert.equal(await echoed(inside, "hello"), "hello");
    const cookies = await context.cookies();
    assert.ok(cookies.every(({ secure, httpOnly }) => secure && httpOnly), JSON.stringify(cookies));
    assert.ok(cookies.some(({ name }) => name === "__Host-Http-sd") && cookies.every(({ name }) => name !== "sd"));
  }, UNCHECKED);
}

story("over TLS the desk is entered and hears of what happens", async ({ page, deck }) => {
  await enter(page, deck);
  await deck.run("beside");
  await page.getByRole("row").filter({ hasText: "beside" }).waitFor();
}, UNCHECKED);
