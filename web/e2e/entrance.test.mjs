// The way in: the first administrator, logging in and out.

import assert from "node:assert/strict";
import { NAME, PASSWORD } from "./deck.mjs";
import { accessible, enter, logIn, shot, suite } from "./story.mjs";

const story = suite({ setUp: false });

story("the printed address makes the first administrator, and lands on the desk", async ({ page, deck }) => {
  await page.goto(`${deck.url}/#setup=${deck.token}`);
  await page.getByRole("heading", { name: /^Welcome to / }).waitFor();
  assert.equal(new URL(page.url()).hash, "", "the token is gone from the address");
  await accessible(page, "setup");

  await page.getByLabel("User name").fill(NAME);
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("The password is too short").waitFor();

  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();

  // The welcome, which a reload does not put away.
  const welcome = page.getByRole("dialog", { name: /^Welcome to / });
  await welcome.getByRole("group", { name: "Wallpaper" }).waitFor();
  await accessible(page, "the welcome");
  await shot(page, "welcome-look");
  await page.reload();
  await welcome.locator("label").filter({ hasText: "Aurora" }).click();
  await page.waitForFunction(() => document.documentElement.dataset.wallpaper === "aurora");
  await welcome.getByRole("button", { name: "Next" }).click();
  await welcome.getByRole("heading", { name: "Your first app" }).waitFor();
  await accessible(page, "the welcome's second step");
  await shot(page, "welcome-first");

  // It ends with an app on the desk.
  await deck.podman("tag", "localhost/tiny:latest", "docker.io/traefik/whoami:v1.10");
  await welcome.getByRole("button", { name: /^Try a small one/ }).click();
  const deploy = page.getByRole("region", { name: "Deploy" });
  await deploy.getByText("docker.io/traefik/whoami:v1.10").first().waitFor();
  await deploy.getByRole("button", { name: "Deploy…" }).click();
  await deploy.getByRole("button", { name: "Deploy", exact: true }).click();
  await deploy.getByText("hello is up").waitFor();
  await page.getByRole("option", { name: "Hello, running" }).waitFor();
  await shot(page, "welcome-done");

  await page.reload();
  await page.getByRole("option", { name: "Hello, running" }).waitFor();
  assert.equal(await welcome.count(), 0, "never again");
  assert.equal((await deck.call("GET", "/setup")).status, 404);
});

story("a setup address that was used already leads to the login", async ({ page, deck }) => {
  await page.goto(`${deck.url}/#setup=${deck.token}`);
  await page.getByText("has its administrator already").waitFor();
  await logIn(page);
  await page.locator(".top-bar").waitFor();
});

story("a wrong password is said and stays said, and the right one opens the desk", async ({ page, deck }) => {
  await page.goto(deck.url);
  await page.getByLabel("User name").fill(NAME);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("The name or the password is wrong.").waitFor();
  await accessible(page, "a refused login");

  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  assert.ok(await page.getByRole("alert").getByText("wrong").isVisible(), "it stays until the next try");
  await page.keyboard.press("Enter");
  await page.locator(".top-bar").waitFor();
});

story("password managers and people find what they need in the form", async ({ page, deck }) => {
  await page.goto(deck.url);
  const password = page.getByLabel("Password", { exact: true });
  assert.equal(await page.getByLabel("User name").getAttribute("autocomplete"), "username");
  assert.equal(await password.getAttribute("autocomplete"), "current-password");
  await password.fill(PASSWORD);
  await page.getByRole("button", { name: "Show password" }).click();
  assert.equal(await password.getAttribute("type"), "text");
  await page.getByRole("button", { name: "Hide password" }).click();
  assert.equal(await password.getAttribute("type"), "password");
});

story("logging out leads back, and a new tab knows the session until then", async ({ page, context, deck }) => {
  await enter(page, deck);
  const tab = await context.newPage();
  await tab.goto(deck.url);
  await tab.locator(".top-bar").waitFor();
  await tab.getByRole("button", { name: /log out/ }).click();
  await tab.getByRole("menuitem", { name: "Log out" }).click();
  await tab.getByRole("button", { name: "Log in" }).waitFor();
  // The other tab hears of it by itself.
  await page.getByRole("heading", { name: "Your session has ended" }).waitFor();
});
