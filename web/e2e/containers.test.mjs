// The Containers window against a real Podman.

import assert from "node:assert/strict";
import { accessible, enter, row, suite } from "./story.mjs";

const story = suite();

story("what happens in a terminal is seen at once", async ({ page, deck }) => {
  await enter(page, deck);
  await page.getByRole("heading", { name: "No containers yet" }).waitFor();
  await deck.run("alpha", "--label", "com.docker.compose.project=photos");
  await row(page, "alpha").getByText(/^Running · /).waitFor();
  await row(page, "alpha").getByText("photos").waitFor();
  await row(page, "alpha").getByText("foreign").waitFor();

  const stopping = deck.podman("stop", "alpha").then(() => Date.now());
  await row(page, "alpha").getByText(/^Stopped · /).waitFor();
  const late = Date.now() - (await stopping);
  assert.ok(late < 1500, `the desk showed it ${late} ms after the terminal`);

  await deck.podman("rm", "alpha");
  await row(page, "alpha").waitFor({ state: "detached" });
});

story("a container is started, restarted, stopped and removed, and every consequence is said", async ({ page, deck }) => {
  await deck.podman("create", "--name", "beta", "localhost/tiny:latest");
  await enter(page, deck);
  const state = () => deck.podman("inspect", "--format", "{{.State.Status}}", "beta");
  const dialog = page.getByRole("alertdialog");

  await row(page, "beta").getByText("Never started").waitFor();
  await page.getByRole("button", { name: "Start beta", exact: true }).click();
  await dialog.getByText("not made by Stardeck").waitFor();
  await accessible(page, "a question");
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await row(page, "beta").getByText(/^Running · /).waitFor();
  assert.equal(await state(), "running");

  const started = await deck.podman("inspect", "--format", "{{.State.StartedAt}}", "beta");
  await page.getByRole("button", { name: "Restart beta", exact: true }).click();
  await dialog.getByRole("button", { name: "Restart", exact: true }).click();
  await page.getByText("beta restarted").waitFor();
  assert.notEqual(await deck.podman("inspect", "--format", "{{.State.StartedAt}}", "beta"), started);

  await page.getByRole("button", { name: "Stop beta", exact: true }).click();
  await dialog.getByText("can be started again").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await state(), "running", "Escape is no");
  await page.getByRole("button", { name: "Stop beta", exact: true }).click();
  await dialog.getByRole("button", { name: "Stop", exact: true }).click();
  await row(page, "beta").getByText(/^Stopped · /).waitFor();
  assert.equal(await state(), "exited");

  await page.getByRole("button", { name: "More actions for beta" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await dialog.getByText("Its volumes and its image stay.").waitFor();
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await row(page, "beta").waitFor({ state: "detached" });
  await assert.rejects(state(), /no such/);
});

story("what Podman refuses is said, and stays until it is put away", async ({ page, deck }) => {
  await deck.podman("create", "--name", "broken", "localhost/tiny:latest", "/no-such-program");
  await enter(page, deck);
  await page.getByRole("button", { name: "Start broken", exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Start", exact: true }).click();
  await page.getByText("broken was not started").waitFor();
  await page.getByRole("button", { name: "Put away" }).click();
  await page.getByText("broken was not started").waitFor({ state: "detached" });
  await deck.removeAll();
});

story("the search and the side narrow the list", async ({ page, deck }) => {
  await deck.run("web", "--label", "com.docker.compose.project=shop", "--publish", "127.0.0.1::8080");
  await deck.podman("create", "--name", "job", "localhost/tiny:latest");
  await enter(page, deck);
  await row(page, "web").waitFor();
  await page.getByRole("searchbox").fill("shop 8080");
  await row(page, "job").waitFor({ state: "detached" });
  await row(page, "web").waitFor();
  await page.getByRole("searchbox").fill("nothing like it");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("button", { name: /^Stopped/ }).click();
  await row(page, "web").waitFor({ state: "detached" });
  await row(page, "job").waitFor();
  await deck.removeAll();
});

story("a Podman that is away is said, and what was known stays", async ({ page, deck }) => {
  await deck.run("gamma");
  await enter(page, deck);
  await row(page, "gamma").waitFor();
  await deck.podmanService("stop");
  await page.getByText("Podman cannot be reached.").waitFor();
  assert.ok(await row(page, "gamma").isVisible());
  await deck.podmanService("start");
  await page.getByText("Podman cannot be reached.").waitFor({ state: "detached" });
  await deck.removeAll();
  await row(page, "gamma").waitFor({ state: "detached" });
});
