// The Containers window: rows that unfold, order, several at once; and images, volumes and networks beside them.

import assert from "node:assert/strict";
import { accessible, appWindow, enter, row, settled, shot, suite } from "./story.mjs";

const story = suite();

const SHOP = `services:
  web:
    image: localhost/tiny:latest
    command: ["sleep", "1000"]
    stop_signal: SIGKILL
    environment: { SECRET_KEY: hunter2 }
    volumes: ["data:/data"]
  store:
    image: localhost/tiny:latest
    command: ["sleep", "1000"]
    stop_signal: SIGKILL
volumes:
  data:
`;

const section = (page, name) => page.getByRole("navigation", { name: "Show" }).getByRole("button", { name }).click();
const names = (page) => page.locator(".cell-name strong").allInnerTexts();

story("a row unfolds to all that is known, and to no secret", async ({ page, deck }) => {
  await deck.deploy("shop", SHOP);
  await deck.podman("run", "--detach", "--name", "alone", "--publish", "127.0.0.1::8080", "localhost/tiny:latest");
  await enter(page, deck);
  await page.getByRole("button", { name: "Look at shop-web-1" }).click();
  const detail = page.locator(".detail");
  await detail.getByText("volume shop_data → /data").waitFor();
  await detail.getByText(/^\d+ variables$/).click();
  await detail.getByText("SECRET_KEY = ••••••").waitFor();
  assert.ok(!(await detail.innerText()).includes("hunter2"));
  await settled(appWindow(page));
  await accessible(page, "a row that is unfolded");
  await shot(page, "containers-detail");
  await page.getByRole("button", { name: "Look at shop-web-1" }).click();
  await detail.waitFor({ state: "detached" });
});

story("the list is sorted and grouped, and what Stardeck did not make stands apart", async ({ page, deck }) => {
  await enter(page, deck);
  await row(page, "alone").waitFor();
  assert.deepEqual(await names(page), ["shop-store-1", "shop-web-1", "alone"]);
  await page.getByText("Not made by this Stardeck", { exact: true }).waitFor();
  const head = page.getByRole("columnheader", { name: "Name" });
  await head.getByRole("button").click();
  await page.waitForFunction(() => document.querySelector(".cell-name strong")?.textContent === "shop-web-1");
  assert.equal(await head.getAttribute("aria-sort"), "descending");
  await page.getByRole("button", { name: "By stack" }).click();
  await page.locator(".table-group").getByText("shop", { exact: true }).waitFor();
  await accessible(page, "a list by stack");
  await shot(page, "containers-grouped");
  await page.getByRole("button", { name: "Open shop" }).click();
  await page.getByRole("region", { name: "shop — Stack" }).waitFor();
});

story("several are picked and stopped at once", async ({ page, deck }) => {
  await enter(page, deck);
  await row(page, "shop-store-1").locator(".cell-status").click();
  await row(page, "shop-web-1").locator(".cell-status").click({ modifiers: ["Shift"] });
  const bar = page.getByRole("toolbar", { name: "What is picked" });
  await bar.getByText("2 picked").waitFor();
  await accessible(page, "several that are picked");
  await shot(page, "containers-picked");
  await bar.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("alertdialog").getByText("shop-store-1, shop-web-1.").waitFor();
  await page.getByRole("alertdialog").getByRole("button", { name: "Stop", exact: true }).click();
  await row(page, "shop-store-1").getByText(/^Stopped · /).waitFor();
  await row(page, "shop-web-1").getByText(/^Stopped · /).waitFor();
  await bar.getByRole("button", { name: "Pick none" }).click();
  await bar.waitFor({ state: "detached" });
});

story("images, volumes and networks are listed with who uses them, made and removed", async ({ page, deck }) => {
  await enter(page, deck);
  await section(page, "Volumes");
  const used = row(page, "shop_data");
  await used.getByText("shop-web-1").waitFor();
  assert.ok(await used.getByRole("button", { name: /is used by/ }).isDisabled());
  await used.getByRole("cell", { name: /^[\d.]+ k?B$/ }).waitFor();
  await page.getByText(/^.+ in all · .+ of .+ are free$/).waitFor();
  await page.getByRole("textbox", { name: "New volume" }).fill("spare");
  await page.getByRole("button", { name: "New volume" }).click();
  await row(page, "spare").waitFor();
  await page.getByRole("button", { name: "Look at spare" }).click();
  await page.locator(".detail").getByText("/volumes/spare/_data").waitFor();
  await accessible(page, "volumes");
  await shot(page, "volumes");
  await page.getByRole("button", { name: "Remove spare" }).click();
  await page.getByRole("alertdialog").getByText("All data in it is lost.").waitFor();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await row(page, "spare").waitFor({ state: "detached" });
  assert.equal(await deck.podman("volume", "ls", "--quiet", "--filter", "name=spare"), "");

  await section(page, "Networks");
  await row(page, "shop_default").waitFor();
  const network = page.getByRole("textbox", { name: "New network" });
  await network.fill("lan");
  await page.getByLabel("Range of addresses").fill("10.89.77.1/99");
  await page.getByRole("button", { name: "New network" }).click();
  await page.getByText("lan was not made").waitFor();
  assert.equal(await network.inputValue(), "lan", "what was refused can be mended");
  await page.getByLabel("Range of addresses").fill("10.89.77.0/24");
  await page.getByLabel("Internal").check();
  await page.getByRole("button", { name: "New network" }).click();
  await row(page, "lan").getByText("10.89.77.0/24").waitFor();
  assert.equal(await deck.podman("network", "inspect", "--format", "{{.Internal}}", "lan"), "true");
  await accessible(page, "networks");
  await page.getByRole("button", { name: "Remove lan" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await row(page, "lan").waitFor({ state: "detached" });

  await section(page, "Images");
  await row(page, "localhost/tiny:latest").getByText("shop-web-1").waitFor();
  await page.getByRole("button", { name: "Look at localhost/tiny:latest" }).click();
  await page.locator(".detail").getByText(/^linux\//).waitFor();
  await accessible(page, "images");
  await shot(page, "images");
  const { job } = await deck.asAdmin("DELETE", "/stacks/shop?volumes=shop_data");
  await deck.done(job.id);
});
