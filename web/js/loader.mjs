// Starts the desktop: sets the theme before the first paint, loads the program, and says so when it breaks.

import start from "/assets/web.js";

const root = document.documentElement;
const light = matchMedia("(prefers-color-scheme: light)");
const boot = document.getElementById("boot");
const words = document.getElementById("boot-words");

// The style sheet knows dark and light; "like the system" is worked out here, also when the system changes its mind.
function settleTheme() {
  const wanted = root.dataset.theme ?? "system";
  const theme = wanted === "system" ? (light.matches ? "light" : "dark") : wanted;
  root.dataset.look = theme;
  document.querySelector("meta[name=theme-color]").content = theme === "light" ? "#e9edf7" : "#0a0c15";
}

function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // Storage is refused: the desk is as it comes.
  }
}

root.dataset.theme = kept("stardeck.theme") ?? "system";
root.dataset.accent = kept("stardeck.accent") ?? "indigo";
root.dataset.wallpaper = kept("stardeck.wallpaper") ?? "horizon";
root.dataset.density = kept("stardeck.density") ?? "calm";
settleTheme();
light.addEventListener("change", settleTheme);
new MutationObserver(settleTheme).observe(root, { attributeFilter: ["data-theme"] });

// What only apps need comes while the program starts, and stands before what the desktop says.
const apps = document.createElement("link");
apps.rel = "stylesheet";
apps.href = "/assets/apps.css";
document.querySelector("link[rel=stylesheet]").before(apps);

// A program that has panicked is in no state to say so itself.
function broke() {
  words.textContent = "The desktop has stopped because of an error. Reload the page: your containers are not affected.";
  boot.classList.add("is-broken");
  boot.setAttribute("role", "alert");
  document.body.append(boot);
}

addEventListener("error", (event) => {
  if (event.error instanceof WebAssembly.RuntimeError) broke();
});
addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof WebAssembly.RuntimeError) broke();
});

try {
  await start({ module_or_path: fetch("/assets/web_bg.wasm") });
  boot.remove();
} catch (error) {
  console.error(error);
  broke();
}
