import start from "/assets/web.js";

start({ module_or_path: fetch("/assets/web_bg.wasm") });
