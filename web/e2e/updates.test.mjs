// Images that come from a registry: fetched by a deploy, layer by layer, and replaced by what is newer.

import assert from "node:assert/strict";
import { accessible, appWindow, enter, openStack, settled, shot, suite } from "./story.mjs";

const SIZE = 8_000_000;
const scene = {};
const story = suite({
  prepare: async (deck) => {
    scene.registry = await deck.registry();
    await scene.registry.put("team/bulk:1", SIZE);
    // Slow enough to be seen, for as long as it is looked at.
    await scene.registry.narrow(SIZE / 20);
    scene.slow = await scene.registry.nameIt("registry.test");
  },
});

const compose = (image) => `services:
  web:
    image: ${image} # the one to follow
    labels: { stardeck.webui.port: "8080", stardeck.webui.name: Thing }
    ports: ["127.0.0.1::8080"]
    stop_signal: SIGKILL
`;

const icon = (page, name) => page.getByRole("option", { name: new RegExp(`^${name}`) });

// So much of a layer, in the words of the desk.
const SOME = /^[1-9][0-9.]* [kM]?B of [0-9.]+ [kM]B$/;

async function lookForNewer(page, window) {
  await window.getByRole("button", { name: "More actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Look for newer images" }).click();
}

story("an image that is fetched by its name tells its bytes", async ({ page, deck }) => {
  await enter(page, deck);
  await settled(appWindow(page));
  await page.getByRole("navigation", { name: "Show" }).getByRole("button", { name: "Images" }).click();
  await page.getByRole("textbox", { name: "Image to fetch" }).fill(`${scene.slow}/team/bulk:1`);
  await page.getByRole("button", { name: "Fetch" }).click();
  const fetched = page.getByRole("list", { name: "Being fetched" });
  await fetched.getByText(SOME).waitFor();
  await accessible(page, "a fetch that tells its bytes");
  await shot(page, "images-bytes");
  await fetched.getByRole("button", { name: /^Call .* off$/ }).click();
  await fetched.getByText("was called off").waitFor();
});

story("a deploy shows its image being fetched, layer by layer, and so does the stack", async ({ page, deck }) => {
  await enter(page, deck);
  await page.getByRole("navigation", { name: "Dock" }).getByRole("button", { name: /^Deploy/ }).click();
  const window = page.getByRole("region", { name: "Deploy" });
  await window.getByLabel("Name").fill("bulk");
  await window.getByRole("textbox", { name: "Compose file" }).fill(compose(`${scene.slow}/team/bulk:1`));
  await window.getByRole("button", { name: "Deploy…" }).click();
  await window.getByRole("list", { name: "Plan" }).getByText("Pull", { exact: true }).waitFor();
  await window.getByRole("button", { name: "Deploy", exact: true }).click();
  await window.getByRole("list", { name: "Layers" }).getByText(SOME).first().waitFor();
  await accessible(page, "an image that is fetched by a deploy");
  await shot(page, "deploy-fetching");

  // The window of the deploy lies over the list.
  await page.getByRole("navigation", { name: "Dock" }).getByRole("button", { name: /^Containers/ }).click();
  const stack = await openStack(page, "bulk");
  await stack.getByRole("list", { name: "Layers" }).getByText(SOME).first().waitFor();
  await accessible(page, "a stack whose image is fetched");
  await shot(page, "stack-fetching");
  await scene.registry.widen();
  await stack.getByText("bulk was deployed").waitFor();
  await window.getByText("bulk is up").waitFor();
  await icon(page, "Thing").waitFor();
});

story("what is newer is told on the icon and in the stack, and taken from there", async ({ page, deck }) => {
  const image = `${scene.registry.host}/team/thing`;
  await scene.registry.put("team/thing:1");
  await deck.deploy("thing", compose(`${image}:1`).replace("Thing", "Notes"));
  const runs = () => deck.podman("inspect", "--format", "{{.Image}}", "thing-web-1");
  const before = await runs();
  await enter(page, deck);
  const window = await openStack(page, "thing");
  await lookForNewer(page, window);
  await page.getByText("Every image is what its tag leads to").waitFor();
  const mark = icon(page, "Notes").locator(".mark[data-badge=update]");
  assert.equal(await mark.count(), 0);

  await scene.registry.put("team/thing:1");
  await lookForNewer(page, window);
  await window.getByRole("status").filter({ hasText: "Registries have something newer." }).getByText(`${image}:1`).waitFor();
  await mark.waitFor();
  await accessible(page, "an update that is there");
  await shot(page, "stack-newer");
  assert.equal(await runs(), before, "asking changes nothing");
  await window.getByRole("button", { name: "Update", exact: true }).click();
  await window.getByText("thing was deployed").waitFor();
  await window.getByText(/generation 2$/).waitFor();
  assert.notEqual(await runs(), before);
  await mark.waitFor({ state: "detached" });
  await window.getByRole("button", { name: "Update", exact: true }).waitFor({ state: "detached" });
});

story("a later version is taken by a change of the file that is looked at first", async ({ page, deck }) => {
  const image = `${scene.registry.host}/team/versions`;
  for (const tag of ["1.9", "1.10", "1.10-slim"]) await scene.registry.put(`team/versions:${tag}`);
  await deck.deploy("versions", compose(`${image}:1.9`).replace("Thing", "Later"));
  await enter(page, deck);
  const window = await openStack(page, "versions");
  await window.getByRole("button", { name: "Files" }).click();
  await lookForNewer(page, window);
  const later = window.getByRole("list", { name: "Later versions" });
  await later.getByText(`${image}:1.9`).waitFor();
  assert.equal(await later.getByRole("button").count(), 1, "one that is not spelled alike is another thing");
  await accessible(page, "later versions");
  await shot(page, "stack-later");
  await later.getByRole("button", { name: "Take 1.10…" }).click();
  const text = window.getByRole("textbox", { name: "compose.yaml" });
  await text.waitFor();
  assert.equal(await text.inputValue(), compose(`${image}:1.10`).replace("Thing", "Later"));
  await shot(page, "stack-later-file");
  await window.getByRole("button", { name: "Deploy…" }).click();
  await window.getByRole("list", { name: "Plan" }).getByRole("listitem").filter({ hasText: `${image}:1.10` }).first().waitFor();
  await window.getByRole("button", { name: "Deploy", exact: true }).click();
  await window.getByText("versions was deployed").waitFor();
  assert.match(await deck.podman("inspect", "--format", "{{.ImageName}}", "versions-web-1"), /:1\.10$/);
  await later.waitFor({ state: "detached" });
});
