// A container that somebody else made becomes a stack.

import assert from "node:assert/strict";
import { accessible, enter, PHONE, row, settled, shot, suite } from "./story.mjs";

const story = suite();

const stranger = (deck, name) => deck.podman("run", "--detach", "--name", name, "--stop-signal", "SIGKILL", "--volume", `${name}-data:/data`, "--env", "ADMIN_PASSWORD=hunter2", "--env", "GREETING=hello", "localhost/tiny:latest", "sleep", "1000");

story("a container of somebody else is adopted after a look at what that is", async ({ page, deck }) => {
  await stranger(deck, "diary");
  await enter(page, deck);
  await page.getByRole("button", { name: "Look at diary" }).click();
  await page.locator(".detail").getByText("This Stardeck did not make it").waitFor();
  await page.locator(".detail").getByRole("button", { name: "Adopt…" }).click();
  const window = page.getByRole("region", { name: "Adopt diary" });
  await settled(window);
  await window.getByText("becomes the service diary").waitFor();
  assert.match(await window.getByRole("textbox", { name: /^compose\.yaml/ }).inputValue(), /image: .*tiny/);
  assert.doesNotMatch(await window.getByRole("textbox", { name: /^compose\.yaml/ }).inputValue(), /hunter2/, "a secret is in the .env");
  assert.match(await window.getByRole("textbox", { name: /^\.env/ }).inputValue(), /hunter2/);
  await window.getByRole("list", { name: "Plan" }).getByText("its place is taken").waitFor();
  await accessible(page, "an adoption");
  await shot(page, "adopt-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await accessible(page, "an adoption by day");
  await shot(page, "adopt-light");

  await window.getByLabel("Name of the stack").fill("Not A Name");
  await window.getByRole("button", { name: "Adopt", exact: true }).click();
  await window.getByText("The server refused.").waitFor();
  await window.getByLabel("Name of the stack").fill("diary");
  for (const consent of await window.getByRole("checkbox").all()) await consent.check();
  await window.getByRole("button", { name: "Adopt", exact: true }).click();

  const stack = page.getByRole("region", { name: "diary — Stack" });
  await stack.getByText("diary was deployed").waitFor();
  await window.waitFor({ state: "detached" });
  await row(page, "diary-diary-1").getByText(/^Running/).waitFor();
  await row(page, "diary").getByText("foreign").waitFor({ state: "detached" });
  assert.equal(await deck.podman("inspect", "--format", "{{range .Mounts}}{{.Name}}{{end}}", "diary-diary-1"), "diary-data");
});

story("an adoption is begun from the menu, fits a phone, and can be left", async ({ page, deck }) => {
  await stranger(deck, "notes");
  await enter(page, deck);
  await page.getByRole("button", { name: "More actions for notes" }).tap();
  await page.getByRole("menuitem", { name: "Adopt…" }).tap();
  const window = page.getByRole("region", { name: "Adopt notes" });
  await window.getByText("becomes the service notes").waitFor();
  await settled(window);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await accessible(page, "an adoption on a phone");
  await shot(page, "adopt-phone");
  await window.getByRole("button", { name: "Cancel" }).tap();
  await window.waitFor({ state: "detached" });
  assert.equal(await deck.podman("inspect", "--format", "{{.State.Status}}", "notes"), "running");
}, PHONE);
