// From the list of containers to the web interface of one, behind Stardeck's login.

import assert from "node:assert/strict";
import { app, desk } from "./apps.mjs";
import { row, shot, suite } from "./story.mjs";

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

  // Once it is stopped its page leads to the desktop, which starts it.
  await deck.podman("stop", "--time", "0", "notes");
  await tab.reload();
  await tab.getByRole("link", { name: "Start it on the desktop" }).waitFor();
  await shot(tab, "app-stopped");
  const leads = context.waitForEvent("page");
  await tab.getByRole("link", { name: "Start it on the desktop" }).click();
  const desktop = await leads;
  const window = desktop.getByRole("region", { name: "notes" });
  await window.getByText("notes is stopped").waitFor();
  await window.getByRole("button", { name: "Start", exact: true }).click();
  await window.locator(".embed.is-shown").waitFor();
  await desktop.close();

  await deck.run("plain");
  await row(page, "plain").waitFor();
  await page.getByRole("button", { name: "More actions for plain" }).click();
  await page.getByRole("menuitem", { name: /^Stop/ }).waitFor();
  assert.equal(await page.getByRole("menuitem", { name: "Open in a new tab" }).count(), 0);
});
