// Real apps in images of their own, made of packages of Debian, PyPI and npm, without any registry of images. The
// images are kept under target/ by a hash of their recipe.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = new URL("../..", import.meta.url).pathname;
const RELEASE = "bookworm";

// What each is made of, how it is started, and what its labels say: no app has code of its own in Stardeck.
const APPS = {
  transmission: {
    recipe: { debian: ["transmission-daemon"] },
    command: ["/usr/bin/transmission-daemon", "--foreground", "--no-auth", "--allowed", "*", "--config-dir", "/tmp/transmission"],
    labels: { port: "9091", path: "/transmission/web/", "host-header": "upstream" },
  },
  qbittorrent: {
    recipe: { debian: ["qbittorrent-nox"], files: { "etc/qBittorrent.conf": "[LegalNotice]\nAccepted=true\n" } },
    command: ["/bin/busybox", "sh", "-c", "mkdir -p /tmp/qBittorrent/config && cp /etc/qBittorrent.conf /tmp/qBittorrent/config && exec qbittorrent-nox --profile=/tmp --webui-port=8080"],
    labels: { port: "8080", "host-header": "upstream" },
  },
  nodered: {
    recipe: {
      debian: ["nodejs"],
      node: ["node-red@4.1.0"],
      files: { "etc/settings.js": "module.exports = { uiPort: 1880, telemetry: { enabled: false }, editorTheme: { tours: false } };\n" },
    },
    command: ["/usr/bin/node", "/opt/node/node_modules/node-red/red.js", "--settings", "/etc/settings.js", "--userDir", "/tmp/red"],
    labels: { port: "1880" },
  },
  prometheus: {
    recipe: {
      debian: ["prometheus"],
      files: { "etc/scrape.yml": "global: {scrape_interval: 1s}\nscrape_configs: [{job_name: self, static_configs: [{targets: ['127.0.0.1:9090']}]}]\n" },
    },
    command: ["/usr/bin/prometheus", "--config.file=/etc/scrape.yml", "--storage.tsdb.path=/tmp/prometheus"],
    labels: { port: "9090", path: "/graph" },
  },
  jupyter: {
    recipe: { debian: ["python3-minimal", "libpython3-stdlib", "libstdc++6", "dash"], python: ["jupyterlab==4.4.5"] },
    command: [
      ..."/usr/bin/python3 -m jupyterlab --ip=0.0.0.0 --port=8888 --allow-root --no-browser --notebook-dir=/tmp".split(" "),
      "--IdentityProvider.token=",
    ],
    env: {
      HOME: "/tmp",
      SHELL: "/bin/sh",
      PYTHONPATH: "/opt/python",
      JUPYTER_PATH: "/opt/python/share/jupyter",
      JUPYTER_CONFIG_PATH: "/opt/python/etc/jupyter",
      JUPYTERLAB_DIR: "/opt/python/share/jupyter/lab",
    },
    // Without what an earlier visit left open.
    labels: { port: "8888", path: "/lab?reset" },
  },
  novnc: {
    recipe: { debian: ["novnc", "websockify", "tigervnc-standalone-server", "dash"] },
    command: ["/bin/busybox", "sh", "-c", "Xtigervnc :1 -SecurityTypes None -geometry 800x600 & exec websockify --web /usr/share/novnc 6080 127.0.0.1:5901"],
    labels: { port: "6080", path: "/vnc.html?autoconnect=1" },
  },
};

// Those of every run; the others are asked for by `STARDECK_REAL_APPS=prometheus`, or `all`.
const STANDING = ["transmission", "nodered"];

// The apps to be tried.
export function asked() {
  const words = (process.env.STARDECK_REAL_APPS ?? STANDING.join()).split(",");
  const all = Object.keys(APPS);
  const strangers = words.filter((word) => word !== "all" && !all.includes(word));
  if (strangers.length) throw new Error(`STARDECK_REAL_APPS: there is no ${strangers}; there are ${all}`);
  const chosen = words.includes("all") ? all : words;
  const others = all.filter((name) => !chosen.includes(name));
  console.log(`real apps: ${chosen.length} of ${all.length} are tried: ${chosen}; ${others.length ? `by STARDECK_REAL_APPS=all also ${others}` : "that is all"}`);
  return chosen;
}

function install(program, debian) {
  const known = () => {
    try {
      return execFileSync("sh", ["-c", `command -v ${program}`]).length > 0;
    } catch {
      return false;
    }
  };
  if (known()) return;
  const script = `apt-get update -q && apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends ${debian}`;
  execFileSync("sh", ["-ec", script], { stdio: ["ignore", "ignore", "inherit"] });
}

// The file system of an app's image as a tar.
function archive({ debian, python = [], node = [], files = {} }) {
  const recipe = JSON.stringify([RELEASE, debian, python, node, files]);
  const hash = createHash("sha256").update(recipe).digest("hex").slice(0, 16);
  const folder = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "apps");
  const whole = join(folder, `${hash}.tar`);
  if (existsSync(whole)) return whole;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, "making-"));
  const run = (program, ...words) => execFileSync(program, words, { stdio: ["ignore", "ignore", "inherit"] });
  try {
    install("mmdebstrap", "mmdebstrap");
    if (python.length) install("pip", "python3-pip");
    const tar = join(work, "image.tar");
    run("mmdebstrap", "--quiet", "--variant=extract", `--include=${["busybox-static", ...debian]}`, RELEASE, tar);
    mkdirSync(join(work, "opt"));
    // The release has Python 3.11, whatever this machine has.
    const fit = ["--no-compile", "--only-binary=:all:", "--python-version=3.11", `--target=${work}/opt/python`];
    if (python.length) run("python3", "-m", "pip", "install", "--quiet", "--root-user-action=ignore", ...fit, ...python);
    if (node.length) run("npm", "install", "--silent", "--omit=dev", "--no-audit", "--no-fund", "--no-package-lock", `--prefix=${work}/opt/node`, ...node);
    const own = { "etc/passwd": "root:x:0:0:root:/tmp:/bin/sh\n", ...files };
    for (const [path, text] of Object.entries(own)) {
      mkdirSync(join(work, path, ".."), { recursive: true });
      writeFileSync(join(work, path), text);
    }
    run("tar", "--append", `--file=${tar}`, `--directory=${work}`, "--owner=0", "--group=0", "./opt", ...Object.keys(own).map((path) => `./${path}`));
    renameSync(tar, whole);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return whole;
}

// Makes what the images of apps consist of, where that is not there yet.
export const make = (names) => names.forEach((name) => archive(APPS[name].recipe));

// Brings the images of apps to a deck.
export async function bring(deck, names) {
  // Podman's account may not enter the folder of the sources.
  const folder = mkdtempSync(join(tmpdir(), "stardeck-apps-"));
  try {
    chmodSync(folder, 0o755);
    for (const name of names) {
      const tar = join(folder, `${name}.tar`);
      copyFileSync(archive(APPS[name].recipe), tar);
      chmodSync(tar, 0o644);
      await deck.podman("import", "--quiet", tar, `localhost/${name}:latest`);
      rmSync(tar);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Runs an app as a service of the deck, unless it runs, and waits until it can be opened.
export async function realApp(desk, deck, name) {
  const { command, labels, env = {} } = APPS[name];
  const known = (await deck.podman("ps", "--format", "{{.Names}}")).split("\n");
  if (!known.includes(name)) {
    const { body } = await desk.call("GET", "/system");
    const all = { "io.stardeck.deck": body.deck, "io.stardeck.stack": "real", "io.stardeck.service": name };
    for (const [key, value] of Object.entries(labels)) all[`stardeck.webui.${key}`] = value;
    const words = Object.entries(all).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
    words.push(...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]));
    await deck.podman("run", "--detach", "--init", "--name", name, "--publish", `127.0.0.1::${labels.port}`, ...words, `localhost/${name}:latest`, ...command);
  }
  for (;;) {
    const { body } = await desk.call("GET", "/apps");
    const found = body.items.find((app) => app.service === name && app.state === "ready");
    if (found && (await answers(deck, name, labels.port))) return found;
    await desk.page.waitForResponse(() => true, { timeout: 200 }).catch(() => {});
  }
}

// Whether something listens in the container.
async function answers(deck, name, port) {
  const look = `/bin/busybox netstat -ltn | /bin/busybox grep -q ":${port} "`;
  return deck.podman("exec", name, "/bin/busybox", "sh", "-c", look).then(
    () => true,
    () => false,
  );
}
