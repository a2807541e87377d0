// A stack in its window: looked at, changed, deployed, gone back from, and removed.

import assert from "node:assert/strict";
import { accessible, enter, openStack, PHONE, shot, suite } from "./story.mjs";

const story = suite();

const COMPOSE = `services:
  web:
    image: localhost/tiny:latest
    command: ["sleep", "1000"]
    stop_signal: SIGKILL
    depends_on: [api, cache]
  api:
    image: localhost/tiny:latest
    command: ["sleep", "1000"]
    stop_signal: SIGKILL
    depends_on: [db]
  cache:
    image: localhost/tiny:latest
    command: ["sleep", "1000"]
    stop_signal: SIGKILL
  db:
    image: localhost/tiny:latest
    command: ["sleep", "1000"]
    stop_signal: SIGKILL
    volumes: ["data:/data", "spare:/spare"]
volumes:
  data:
  spare:
`;

const node = (window, name) => window.getByRole("list", { name: "Services" }).getByRole("listitem").filter({ has: window.page().getByText(name, { exact: true }) });

story("the services of a stack are drawn as what depends on what, and follow what happens", async ({ page, deck }) => {
  await deck.deploy("shop", COMPOSE);
  await enter(page, deck);
  const window = await openStack(page, "shop");
  await window.getByText("Running · 4 services · generation 1").waitFor();
  await node(window, "web").getByText(/^Running/).waitFor();
  assert.equal(await window.locator(".stack-edge").count(), 3);
  const left = async (name) => (await node(window, name).getByRole("button").boundingBox()).x;
  assert.ok((await left("db")) < (await left("api")) && (await left("api")) < (await left("web")), "what is waited for stands left");
  await accessible(page, "a stack");
  await shot(page, "stack-dark");

  await deck.podman("stop", "--time", "0", "shop-cache-1");
  await node(window, "cache").getByText(/^Stopped/).waitFor();
  await node(window, "cache").getByRole("button").click();
  await page.getByRole("menuitem", { name: "Start" }).click();
  await node(window, "cache").getByText(/^Running/).waitFor();

  await window.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Stop", exact: true }).click();
  await window.getByText("shop was stopped").waitFor();
  await window.getByText(/^Stopped · 4 services/).waitFor();
  await window.getByRole("button", { name: "Start", exact: true }).click();
  await window.getByText("shop was started").waitFor();
});

story("the files are changed, looked at as a plan, deployed, and gone back from", async ({ page, deck }) => {
  await enter(page, deck);
  const window = await openStack(page, "shop");
  await window.getByRole("button", { name: "Files" }).click();
  const text = window.getByRole("textbox", { name: "compose.yaml" });
  await text.fill(`${(await text.inputValue()).replace('"1000"', '"2000"')}# mine\n`);
  await accessible(page, "the files of a stack");
  await shot(page, "stack-files");

  // Somebody else writes the files meanwhile.
  const { files } = await deck.asAdmin("GET", "/stacks/shop");
  await deck.asAdmin("PUT", "/stacks/shop", { version: files.version, compose: `# theirs\n${files.compose}` });
  await window.getByRole("button", { name: "Save", exact: true }).click();
  await window.getByRole("heading", { name: /Somebody else changed/ }).waitFor();
  await window.getByText("# theirs").waitFor();
  await window.getByText("# mine").waitFor();
  await accessible(page, "both texts");
  await shot(page, "stack-conflict");
  await window.getByRole("button", { name: "Keep what is here" }).click();
  await window.getByText("Saving changes the files").waitFor();
  assert.match((await deck.asAdmin("GET", "/stacks/shop")).files.compose, /# mine\n$/);

  await window.getByRole("button", { name: "Services" }).click();
  await window.getByText("The files differ from what was deployed.").waitFor();
  await window.getByRole("button", { name: "Deploy…" }).click();
  const plan = window.getByRole("list", { name: "Plan" });
  await plan.getByRole("listitem").filter({ hasText: "shop-web-1" }).getByText("Replace").waitFor();
  assert.equal(await plan.getByRole("listitem").count(), 1, "what stays is not in the way");
  await accessible(page, "the plan of a stack");
  await shot(page, "stack-plan");
  await window.getByRole("button", { name: "Deploy", exact: true }).click();
  await window.getByText("shop was deployed").waitFor();
  await window.getByText(/generation 2/).first().waitFor();

  await window.getByRole("button", { name: "History" }).click();
  await window.getByRole("heading", { name: "What changed with generation 2" }).waitFor();
  await window.locator('[data-is="new"]', { hasText: "2000" }).waitFor();
  await accessible(page, "what was deployed");
  await shot(page, "stack-history");
  await window.getByRole("button", { name: /^Generation 1/ }).click();
  await window.getByRole("button", { name: "Go back to this…" }).click();
  await window.getByRole("heading", { name: "What going back to generation 1 does" }).waitFor();
  const begun = page.waitForResponse((reply) => reply.url().endsWith("/stacks/shop/deploy"));
  await window.getByRole("button", { name: "Go back", exact: true }).click();
  await deck.done((await (await begun).json()).job.id);
  await window.getByText("shop was deployed").waitFor();
  assert.match(await deck.podman("inspect", "--format", "{{.Config.Cmd}}", "shop-web-1"), /1000/);
});

story("images are built again on demand, though nothing has changed", async ({ page, deck }) => {
  const made = 'services:\n  a:\n    build:\n      context: .\n      dockerfile_inline: "FROM localhost/tiny:latest"\n    command: ["sleep", "1000"]\n    stop_signal: SIGKILL\n';
  assert.equal((await deck.deploy("made", made)).state, "done");
  await enter(page, deck);
  const window = await openStack(page, "made");
  await window.getByRole("button", { name: "Deploy…" }).click();
  await window.getByText("Everything is as it should be").waitFor();
  await window.getByRole("checkbox", { name: /^Build its images again/ }).check();
  await window.getByRole("list", { name: "Plan" }).getByText("Build", { exact: true }).waitFor();
  await accessible(page, "a plan that builds again");
  await shot(page, "stack-build");
  await window.getByRole("button", { name: "Deploy", exact: true }).click();
  await window.getByText("made was deployed").waitFor();

  await window.getByRole("button", { name: "More actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Look for newer images" }).click();
  await page.getByText("Every image is what its tag leads to").waitFor();
  await window.getByRole("button", { name: "More actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Build again…" }).click();
  await window.getByRole("list", { name: "Plan" }).getByText("Build", { exact: true }).waitFor();
});

story("a deploy that fails says why", async ({ page, deck }) => {
  await deck.asAdmin("POST", "/stacks", { name: "broken", compose: "services:\n  a:\n    image: localhost/tiny:latest\n    command: [\"/no-such-program\"]\n" });
  const { job } = await deck.asAdmin("POST", "/stacks/broken/deploy", {});
  await deck.done(job.id);
  await enter(page, deck);
  const window = await openStack(page, "broken");
  await window.getByRole("button", { name: "Deploy…" }).click();
  await window.getByRole("button", { name: "Deploy", exact: true }).click();
  await window.getByText("/no-such-program").first().waitFor();
  await accessible(page, "a job that failed");
  await shot(page, "stack-failed");
  // By the keyboard: what is said above the desk may lie over the button.
  await window.getByRole("button", { name: "Put away" }).press("Enter");
});

story("a stack is removed with the volumes that are named, and no others", async ({ page, deck }) => {
  await enter(page, deck);
  const window = await openStack(page, "shop");
  await window.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Remove…" }).click();
  await window.getByRole("group", { name: /Its volumes stay/ }).getByLabel("shop_spare").check();
  await accessible(page, "what goes with a stack");
  await shot(page, "stack-remove");
  await window.getByRole("button", { name: "Remove with 1 volume" }).click();
  await window.getByRole("heading", { name: "shop is gone" }).waitFor();
  assert.equal(await deck.podman("volume", "ls", "--quiet", "--filter", "name=shop"), "shop_data");
  await deck.podman("volume", "rm", "shop_data");
});

story("a stack fits a phone", async ({ page, deck }) => {
  await deck.deploy("pocket", COMPOSE.replace(/ {4}volumes.*\n/, "").replace(/volumes:\n(.*\n)*$/, ""));
  await enter(page, deck);
  await page.getByRole("navigation", { name: "Show" }).getByRole("button", { name: "pocket" }).tap();
  await page.getByRole("button", { name: "Open stack" }).tap();
  const window = page.getByRole("region", { name: "pocket — Stack" });
  await node(window, "web").getByText(/^Running/).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await accessible(page, "a stack on a phone");
  await shot(page, "stack-phone");
}, PHONE);
