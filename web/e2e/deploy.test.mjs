// From the text of a compose file to containers that run, on the real Podman.

import assert from "node:assert/strict";
import { accessible, enter, shot, suite } from "./story.mjs";

const story = suite();

const SHOP = `services:
  web:
    image: localhost/tiny:latest
    command: ["sh", "-c", "exec sleep \${SECONDS_TO_RUN}"]
    depends_on: [store]
  store:
    image: localhost/tiny:latest
    command: ["sleep", "1000"]
`;

async function deploy(page) {
  await page.getByRole("navigation", { name: "Dock" }).getByRole("button", { name: /^Deploy/ }).click();
  return page.getByRole("region", { name: "Deploy" });
}

story("a compose file is pasted, mended, looked at and deployed", async ({ page, deck }) => {
  await enter(page, deck);
  const window = await deploy(page);
  const text = window.getByRole("textbox", { name: "Compose file" });
  const go = window.getByRole("button", { name: "Deploy…" });
  await window.getByLabel("Name").fill("shop");
  assert.ok(await go.isDisabled(), "nothing to deploy");

  await text.fill(SHOP.replace("image: localhost/tiny:latest\n    command: [\"sleep\"", "image: localhost/tiny:latest\n    ports: 80\n    command: [\"sleep\""));
  await window.getByRole("listitem").filter({ hasText: "Line 8:" }).waitFor();
  assert.ok(await go.isDisabled(), "an error is in the way");
  await accessible(page, "a compose file with an error");
  await shot(page, "deploy-error");

  await text.fill(SHOP);
  await window.getByText("Variables (.env)").click();
  await window.getByRole("textbox", { name: "Variables" }).fill("SECONDS_TO_RUN=1000\n");
  const services = window.getByRole("list", { name: "Services found" });
  await services.getByText("store", { exact: true }).waitFor();
  assert.equal(await services.getByRole("listitem").count(), 2);
  await shot(page, "deploy-text");
  await go.click();

  const plan = window.getByRole("list", { name: "Plan" });
  await plan.getByRole("listitem").filter({ hasText: "shop-web-1" }).waitFor();
  assert.equal(await deck.podman("ps", "--all", "--quiet"), "", "nothing is done before it is agreed to");
  await accessible(page, "a plan");
  await shot(page, "deploy-plan");
  await window.getByRole("button", { name: "Deploy", exact: true }).click();

  await window.getByText("shop is up").waitFor();
  const steps = window.getByRole("list", { name: "Steps" });
  assert.ok((await steps.getByRole("listitem").count()) > 0);
  await accessible(page, "a deploy that is done");
  await shot(page, "deploy-done");
  const running = await deck.podman("ps", "--format", "{{.Names}}");
  assert.deepEqual(running.split("\n").sort(), ["shop-store-1", "shop-web-1"]);
});

story("what needs leave is not done without it", async ({ page, deck }) => {
  await enter(page, deck);
  const window = await deploy(page);
  await window.getByLabel("Name").fill("risky");
  await window.getByRole("textbox", { name: "Compose file" }).fill(`services:
  tool:
    image: localhost/tiny:latest
    command: ["sleep", "1000"]
    cap_add: [SYS_ADMIN]
`);
  await window.getByRole("button", { name: "Deploy…" }).click();
  const go = window.getByRole("button", { name: "Deploy", exact: true });
  const consent = window.getByRole("group", { name: "Needs your leave" }).getByRole("checkbox").first();
  await consent.waitFor();
  assert.ok(await go.isDisabled());
  await accessible(page, "a plan with a risk");
  await shot(page, "deploy-risk");
  await consent.check();
  await go.click();
  await window.getByText("risky is up").waitFor();
});

story("a deploy that fails says why, and leads back to the text", async ({ page, deck }) => {
  await enter(page, deck);
  const window = await deploy(page);
  await window.getByLabel("Name").fill("broken");
  await window.getByRole("textbox", { name: "Compose file" }).fill("services:\n  a:\n    image: localhost/tiny:latest\n    command: [\"/no-such-program\"]\n");
  await window.getByRole("button", { name: "Deploy…" }).click();
  await window.getByRole("button", { name: "Deploy", exact: true }).click();
  await window.getByRole("heading", { name: /^broken was not deployed/ }).waitFor();
  await window.getByText("/no-such-program").first().waitFor();
  await shot(page, "deploy-failed");
  await window.getByRole("button", { name: "Back to the text" }).click();
  assert.match(await window.getByRole("textbox", { name: "Compose file" }).inputValue(), /no-such-program/);
});
