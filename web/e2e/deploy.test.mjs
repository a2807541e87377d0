// From the text of a compose file to containers that run, on the real Podman.

import assert from "node:assert/strict";
import { accessible, enter, PHONE, shot, suite } from "./story.mjs";

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

story("a file that is dropped on the desk is deployed, and what it asks for is asked", async ({ page, deck }) => {
  await enter(page, deck);
  const text = "services:\n  web:\n    image: localhost/tiny:latest\n    command: [\"sleep\", \"${SECONDS}\"]\n    ports: [\"8080\"]\n    stop_signal: SIGKILL\n";
  const files = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "photos.yaml", { type: "text/yaml" }));
    return data;
  }, text);
  const desk = page.locator(".desk");
  await desk.dispatchEvent("dragover", { dataTransfer: files });
  await page.getByText("Drop a compose file to deploy it").waitFor();
  await accessible(page, "a file over the desk");
  await shot(page, "deploy-drop");
  await desk.dispatchEvent("drop", { dataTransfer: files });
  const window = page.getByRole("region", { name: "Deploy" });
  await window.getByRole("textbox", { name: "Compose file" }).waitFor();
  assert.equal(await window.getByLabel("Name").inputValue(), "photos");
  await window.getByText("icon if port 8080 has a page").waitFor();
  await window.getByRole("group", { name: "It asks for" }).getByLabel("SECONDS").fill("1000");
  await window.getByText(/is not set/).waitFor({ state: "detached" });
  await accessible(page, "a file with variables");
  await shot(page, "deploy-asked");
  await window.getByRole("button", { name: "Deploy…" }).click();
  await window.getByRole("button", { name: "Deploy", exact: true }).click();
  await window.getByText("photos is up").waitFor();
  assert.match(await deck.podman("inspect", "--format", "{{.Config.Cmd}}", "photos-web-1"), /1000/);
});

story("a form makes a compose file beside it, with a folder of the machine, and deploys it", async ({ page, deck }) => {
  await enter(page, deck);
  const window = await deploy(page);
  await window.getByRole("radio", { name: "Quick" }).check();
  await window.getByLabel("Image").fill("localhost/tiny:latest");
  assert.equal(await window.getByLabel("Name").inputValue(), "tiny");
  const made = window.getByLabel("Compose file", { exact: true });
  await made.getByText("image: localhost/tiny:latest").waitFor();

  await window.getByRole("button", { name: "Add a port" }).click();
  await window.getByLabel("In the container").fill("8080");
  await window.getByRole("button", { name: "Add a variable" }).click();
  await window.getByLabel("Variable").fill("COLOUR");
  await window.getByLabel("Value").fill("$blue");
  await made.getByText("COLOUR: $$blue").waitFor();

  await window.getByRole("button", { name: "Add a volume" }).click();
  await window.getByRole("button", { name: "Choose a folder…" }).click();
  const sheet = page.getByRole("dialog", { name: "Choose a folder" });
  await sheet.getByRole("button", { name: "New folder" }).click();
  await sheet.getByLabel("Name of the new folder").fill("pictures");
  await sheet.getByRole("button", { name: "Make it" }).click();
  await sheet.getByText("Nothing is in it").waitFor();
  await accessible(page, "a folder to be chosen");
  await shot(page, "deploy-folder");
  await sheet.getByRole("button", { name: "Choose this folder" }).click();
  await sheet.waitFor({ state: "hidden" });
  await window.getByLabel("In the container").nth(1).fill("/pictures");
  await made.getByText(/pictures:\/pictures/).waitFor();
  await window.getByLabel("Memory").fill("64m");
  await made.getByText("mem_limit: 64m").waitFor();
  await accessible(page, "a form and its compose file");
  await shot(page, "deploy-quick");
  await page.emulateMedia({ colorScheme: "light" });
  await accessible(page, "a light form");
  await shot(page, "deploy-quick-light");
  await window.getByLabel("Memory").fill("");

  await window.getByRole("button", { name: "Edit as text" }).click();
  const text = window.getByRole("textbox", { name: "Compose file" });
  await text.fill(`${await text.inputValue()}`.replace("image: localhost/tiny:latest", "image: localhost/tiny:latest\n    command: [\"sleep\", \"1000\"]\n    stop_signal: SIGKILL"));
  await window.getByRole("button", { name: "Deploy…" }).click();
  await window.getByRole("list", { name: "Plan" }).waitFor();
  for (const risk of await window.getByRole("group", { name: "Needs your leave" }).getByRole("checkbox").all()) await risk.check();
  await window.getByRole("button", { name: "Deploy", exact: true }).click();
  await window.getByText("tiny is up").waitFor();
  assert.match(await deck.podman("inspect", "--format", "{{.Config.Env}}", "tiny-tiny-1"), /COLOUR=\$blue/);
});

story("a docker run line becomes a compose file while it is pasted", async ({ page, deck }) => {
  await enter(page, deck);
  const window = await deploy(page);
  await window.getByRole("radio", { name: "docker run" }).check();
  const line = window.getByLabel("Command line", { exact: true });
  await line.fill("docker run -d --name lamp -p 8080:80 -e A=1 --no-such-flag localhost/tiny:latest sleep 1000");
  await window.getByText(/no-such-flag. is not known/).waitFor();
  await line.fill("docker run -d --name lamp -p 8080:80 -e A=1 localhost/tiny:latest sleep 1000");
  await window.getByLabel("Compose file", { exact: true }).getByText(/8080:80/).waitFor();
  assert.equal(await window.getByLabel("Name").inputValue(), "lamp");
  await accessible(page, "a command line");
  await shot(page, "deploy-line");
});

story("an address that the server may not ask is refused with a reason", async ({ page, deck }) => {
  await enter(page, deck);
  const window = await deploy(page);
  await window.getByRole("radio", { name: "URL or Git" }).check();
  await window.getByRole("radio", { name: "A Git repository" }).check();
  await window.getByLabel("Name").fill("fetched");
  await window.getByLabel("Address").fill("https://127.0.0.1/compose.git");
  await accessible(page, "an address");
  await shot(page, "deploy-address");
  await window.getByRole("button", { name: "Deploy…" }).click();
  await window.getByText("The server refused.").waitFor();
});

story("a deploy fits a phone", async ({ page, deck }) => {
  await enter(page, deck);
  const window = await deploy(page);
  await window.getByRole("radio", { name: "Quick" }).check();
  await window.getByLabel("Image").fill("localhost/tiny:latest");
  await window.getByRole("button", { name: "Add a volume" }).tap();
  await window.getByRole("button", { name: "Choose a folder…" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await accessible(page, "a form on a phone");
  await shot(page, "deploy-phone");
}, PHONE);
