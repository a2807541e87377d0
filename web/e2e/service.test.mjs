// The settings of a container of a stack: a form over its compose file.

import assert from "node:assert/strict";
import { accessible, enter, PHONE, row, settled, shot, suite } from "./story.mjs";

const COMPOSE = `# ours
services:
  web:
    image: localhost/tiny:latest # kept
    command: ["sleep", "1000"]
    stop_signal: SIGKILL
    environment:
      GREETING: \${WORD:-hello}
    volumes: ["data:/data"]
volumes:
  data:
`;

const story = suite({ prepare: (deck) => deck.deploy("shop", COMPOSE) });

async function settings(page) {
  await page.getByRole("button", { name: "More actions for shop-web-1" }).click();
  await page.getByRole("menuitem", { name: "Container settings…" }).click();
  const window = page.getByRole("region", { name: "web of shop — Settings" });
  await window.getByLabel("Image").waitFor();
  await settled(window);
  return window;
}

story("a container's settings are changed in its file, and no other byte of it", async ({ page, deck }) => {
  await enter(page, deck);
  await row(page, "shop-web-1").waitFor();
  const window = await settings(page);
  assert.equal(await window.getByLabel("Value of variable 1").inputValue(), "${WORD:-hello}", "as it is written");
  assert.ok(await window.getByRole("button", { name: "Save", exact: true }).isDisabled(), "nothing is changed");
  await accessible(page, "the settings of a container");

  await window.getByRole("button", { name: "Add a variable" }).click();
  await window.getByLabel("Variable 2", { exact: true }).fill("MOOD");
  await window.getByLabel("Value of variable 2").fill("good");
  await window.getByLabel("Start again").selectOption("always, until stopped");
  await window.getByRole("switch", { name: "Its stack comes up when the machine does" }).uncheck();
  const beside = window.getByRole("region", { name: "What it changes" });
  await beside.getByText("MOOD: good").waitFor();
  await beside.getByText("auto_start: false").waitFor();
  await shot(page, "service-dark");
  await window.getByRole("button", { name: "Add a port" }).click();
  await window.getByLabel("Port 1", { exact: true }).fill("not a port");
  await beside.locator("[data-is=error]").waitFor();
  assert.ok(await window.getByRole("button", { name: "Save & restart…" }).isDisabled(), "what is wrong is not saved");
  await page.emulateMedia({ colorScheme: "light" });
  await accessible(page, "settings with a fault");
  await shot(page, "service-light");
  await window.getByRole("button", { name: "Take port 1 away" }).click();
  await beside.locator("[data-is=error]").waitFor({ state: "detached" });

  await window.getByRole("button", { name: "Save & restart…" }).click();
  await window.getByText("What a deploy does").waitFor();
  await window.getByRole("button", { name: "Deploy", exact: true }).click();
  await window.getByText("shop was deployed").waitFor();
  // Podman keeps variables in no order.
  const is = await deck.podman("inspect", "--format", "{{.Config.Env}} {{.HostConfig.RestartPolicy.Name}}", "shop-web-1");
  for (const part of ["GREETING=hello", "MOOD=good", "unless-stopped"]) assert.ok(is.includes(part), is);
  const { files } = await deck.asAdmin("GET", "/stacks/shop");
  assert.ok(files.compose.startsWith("# ours\n") && files.compose.includes("# kept"), files.compose);
  assert.match(files.compose, /x-stardeck:\n {2}auto_start: false/);
});

story("settings are saved without a restart, taken back, and fit a phone", async ({ page, deck }) => {
  await enter(page, deck);
  await row(page, "shop-web-1").waitFor();
  const window = await settings(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await accessible(page, "settings of a container on a phone");
  await shot(page, "service-phone");
  await window.getByLabel("Image").fill("localhost/other:1");
  await window.getByRole("button", { name: "Add a volume" }).click();
  await window.getByRole("button", { name: "Choose a folder…" }).nth(1).click();
  const sheet = page.getByRole("dialog", { name: "Choose a folder" });
  await sheet.getByRole("button", { name: "Choose this folder" }).click();
  await sheet.waitFor({ state: "hidden" });
  assert.match(await window.getByLabel("Volume 2", { exact: true }).inputValue(), /^\/.+:$/);
  await window.getByRole("button", { name: "Undo all" }).click();
  assert.equal(await window.getByLabel("Image").inputValue(), "localhost/tiny:latest");
  await window.getByLabel("Volume 1", { exact: true }).fill("data:/srv");
  await window.getByRole("button", { name: "Save", exact: true }).click();
  await window.getByText("What is saved holds from the next deploy on.").waitFor();
  const { files } = await deck.asAdmin("GET", "/stacks/shop");
  assert.match(files.compose, /volumes: \["data:\/srv"\]/);
}, PHONE);
