// When the cable is cut, the server goes, or the session ends.

import assert from "node:assert/strict";
import { PASSWORD } from "./deck.mjs";
import { accessible, appWindow, enter, row, settled, suite } from "./story.mjs";

const story = suite();
const lost = (page) => page.getByText("Connection lost.");

story("a cut connection is said, and what was missed is caught up", async ({ page, deck }) => {
  await deck.run("kept");
  await deck.run("stopped-meanwhile");
  await enter(page, deck);
  await row(page, "stopped-meanwhile").getByText(/^Running/).waitFor();
  deck.relay.cut();
  await lost(page).waitFor();
  await accessible(page, "a lost connection");
  await deck.podman("stop", "stopped-meanwhile");
  assert.ok(await row(page, "stopped-meanwhile").getByText(/^Running/).isVisible(), "what is shown is as it was");
  deck.relay.mend();
  await page.getByRole("button", { name: "Try now" }).click();
  await row(page, "stopped-meanwhile").getByText(/^Stopped/).waitFor();
  await lost(page).waitFor({ state: "detached" });
  assert.ok(await row(page, "kept").getByText(/^Running/).isVisible());
  await deck.removeAll();
});

story("a stream that died in silence is doubted, though calls get through", async ({ page, deck }) => {
  await page.clock.install();
  await deck.run("quiet");
  await enter(page, deck);
  await row(page, "quiet").getByText(/^Running/).waitFor();
  deck.relay.hush();
  await deck.podman("stop", "quiet");
  assert.ok(await row(page, "quiet").getByText(/^Running/).isVisible(), "nobody told the page");
  await page.clock.fastForward(31_000);
  await row(page, "quiet").getByText(/^Stopped/).waitFor();
  await lost(page).waitFor({ state: "detached" });
  await deck.removeAll();
});

story("a server that was killed and comes back is found again without a hand", async ({ page, deck }) => {
  await deck.run("one");
  await enter(page, deck);
  await row(page, "one").waitFor();
  await deck.stopServer();
  await lost(page).waitFor();
  await deck.podman("rm", "--force", "--time", "1", "one");
  await deck.run("two");
  await deck.startServer();
  await row(page, "two").getByText(/^Running/).waitFor();
  await row(page, "one").waitFor({ state: "detached" });
  await lost(page).waitFor({ state: "detached" });
  await deck.removeAll();
});

story("a session that is ended elsewhere is said over the desk, which is kept", async ({ page, deck }) => {
  await enter(page, deck);
  const bar = appWindow(page).locator(".window-bar");
  const { x, y } = await settled(bar);
  await page.mouse.move(x + 200, y + 20);
  await page.mouse.down();
  await page.mouse.move(x + 260, y + 90, { steps: 5 });
  await page.mouse.up();
  const before = await settled(appWindow(page));

  await deck.revokeSessions();
  await page.getByRole("heading", { name: "Your session has ended" }).waitFor();
  await accessible(page, "an ended session");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Your session has ended" }).waitFor({ state: "detached" });
  assert.deepEqual(await settled(appWindow(page)), before);
  await deck.run("after");
  await row(page, "after").waitFor();
  await deck.removeAll();
});

story("a server that is away before anything is loaded is said, and tried again on request", async ({ page, deck }) => {
  await page.goto(deck.url);
  await page.getByRole("button", { name: "Log in" }).waitFor();
  await page.route("**/api/**", (route) => route.abort());
  await page.reload();
  await page.getByRole("heading", { name: "Stardeck does not answer" }).waitFor();
  await page.unroute("**/api/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("button", { name: "Log in" }).waitFor();
});
