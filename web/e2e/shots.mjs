// `cargo xtask shots`: the main views, on a desk with a little of everything. Each view is written in both themes, at the
// size of a desktop and of a phone.

import { enter, logIn, PHONE, row, settled, suite, views } from "./story.mjs";

const library = `services:
  library:
    image: localhost/tiny:latest
    labels: { stardeck.webui.port: "8080", stardeck.webui.name: Library }
    ports: ["127.0.0.1::8080"]
    depends_on: [store]
  store:
    image: localhost/tiny:latest
    command: ["sleep", "10000"]
    stop_signal: SIGKILL
    volumes: ["data:/data"]
volumes:
  data:
`;
const single = (name, more = "") => `services:
  web:
    image: localhost/tiny:latest
    labels: { stardeck.webui.port: "8080", stardeck.webui.name: ${name} }
    ports: ["127.0.0.1::8080"]
${more}`;

const story = suite({
  prepare: async (deck) => {
    await deck.deploy("books", library);
    await deck.deploy("photos", single("Photos"));
    await deck.deploy("weather", single("Weather", '    command: ["sh", "-c", "exit 2"]\n'));
    await deck.deploy("music", single("Music"));
    const { job } = await deck.asAdmin("POST", "/stacks/music/stop");
    await deck.done(job.id);
    await deck.podman("run", "--detach", "--name", "minecraft", "--publish", "127.0.0.1::25565", "localhost/tiny:latest");
  },
});

const dock = (page, name) => page.getByRole("navigation", { name: "Dock" }).getByRole("button", { name: new RegExp(`^${name}`) });
const icon = (page, name) => page.getByRole("option", { name: new RegExp(`^${name}`) });
const window = (page, name) => page.getByRole("region", { name });

for (const [size, options] of [["desktop", {}], ["phone", PHONE]]) {
  story(`the main views on a ${size}`, async ({ page, deck }) => {
    const view = (name) => views(page, `${name}-${size}`);
    const close = (name) => window(page, name).getByRole("button", { name: "Close" }).click();
    await page.goto(deck.url);
    await page.getByLabel("User name").waitFor();
    await view("login");
    await logIn(page);
    await row(page, "minecraft").waitFor();
    await settled(window(page, "Containers"));
    await view("containers");
    if (size === "desktop") {
      await page.getByRole("button", { name: "Look at books-store-1" }).click();
      await page.locator(".detail").getByText("volume books_data → /data").waitFor();
      await view("container");
    }
    await close("Containers");
    await icon(page, "Library").waitFor();
    await view("desk");

    await (size === "phone" ? icon(page, "Library").tap() : icon(page, "Library").dblclick());
    await window(page, "Library").locator(".embed.is-shown").waitFor();
    await view("app");
    await close("Library");
    await (size === "phone" ? icon(page, "Music").tap() : icon(page, "Music").dblclick());
    await window(page, "Music").getByText("Music is stopped").waitFor();
    await view("app-stopped");
    await close("Music");

    await dock(page, "Deploy").click();
    await window(page, "Deploy").getByRole("textbox", { name: "Name" }).fill("hello");
    await window(page, "Deploy").getByRole("textbox", { name: "Compose file" }).fill(library);
    await window(page, "Deploy").getByRole("button", { name: "Deploy…" }).and(page.locator(":enabled")).waitFor();
    await view("deploy");
    await window(page, "Deploy").locator("label").filter({ hasText: "Quick" }).click();
    await view("quick");
    await close("Deploy");
    await dock(page, "Files").click();
    await settled(window(page, "Files"));
    await view("files");
    await close("Files");

    const found = async (words, name) => {
      await page.getByRole("button", { name: /^Find apps/ }).click();
      await page.keyboard.type(words);
      await page.getByRole("listbox", { name: "Found" }).getByRole("option", { name }).first().waitFor();
    };
    await found("boo", "Stop books");
    await view("launcher");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /theme, accent/ }).click();
    await page.getByRole("group", { name: "Wallpaper" }).waitFor();
    await view("settings");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Jobs/ }).click();
    await page.getByText("Deploy photos").waitFor();
    await view("jobs");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^ada: account/ }).click();
    await page.getByRole("menuitem", { name: "About Stardeck" }).click();
    await page.getByRole("dialog", { name: "About" }).getByText("Podman").first().waitFor();
    await view("about");
    await page.keyboard.press("Escape");
  }, options);

  story(`the welcome on a ${size}`, async ({ page, deck }) => {
    await deck.asAdmin("PATCH", "/desk", { entries: { welcome: false } });
    await enter(page, deck);
    const welcome = page.getByRole("dialog", { name: /^Welcome/ });
    await welcome.getByRole("group", { name: "Wallpaper" }).waitFor();
    await views(page, `welcome-${size}`);
    await welcome.getByRole("button", { name: "Next" }).click();
    await welcome.getByRole("heading", { name: "Your first app" }).waitFor();
    await views(page, `welcome-first-${size}`);
  }, options);
}
