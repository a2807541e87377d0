// From the list of containers to the web interface of one, behind Stardeck's login.

import assert from "node:assert/strict";
import { app, desk } from "./apps.mjs";
import { row, suite } from "./story.mjs";

const story = suite({ hostile: true });

story("a container with a web interface is opened in a tab, at an origin of its own", async ({ page, context, deck }) => {
  await app(await desk(page, deck.url), deck, "notes");
  await page.reload();
  await row(page, "notes").waitFor();
  await page.getByRole("button", { name: "More actions for notes" }).click();
  const opened = context.waitForEvent("page");
  await page.getByRole("menuitem", { name: "Open in a new tab" }).click();
  const tab = await opened;
  await tab.waitForLoadState();
  const address = new URL(tab.url());
  assert.match(address.hostname, /\.stardeck\.localhost$/);
  assert.equal(address.searchParams.get("t"), null, "the ticket is not kept in sight");
  assert.equal(await tab.evaluate(() => globalThis.opener), null);
  assert.equal(await tab.evaluate(() => fetch("/echo").then(({ status }) => status)), 200);

  await deck.run("plain");
  await row(page, "plain").waitFor();
  await page.getByRole("button", { name: "More actions for plain" }).click();
  await page.getByRole("menuitem", { name: /^Stop/ }).waitFor();
  assert.equal(await page.getByRole("menuitem", { name: "Open in a new tab" }).count(), 0);
});
