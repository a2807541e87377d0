// Draws the wallpapers: a planet's limb at dusk and at dawn, seen from the deck of something in orbit.
// Run `node assets/wallpapers/draw.mjs`; the pictures are written beside this file.

import { writeFileSync } from "node:fs";

const [W, H] = [2560, 1440];
// The planet: most of it is below the picture.
const [PX, PY, PR] = [1080, 4360, 3200];
// Where the sun stands on the limb.
const SUN = -71.6;

// The same stars each time: a small congruential generator.
let seed = 20;
const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;

const n = (x) => String(Math.round(x * 100) / 100);
const onLimb = (degrees, r) => {
  const a = (degrees * Math.PI) / 180;
  return [PX + r * Math.cos(a), PY + r * Math.sin(a)];
};

const stops = (list) =>
  list.map(([at, colour, opacity = 1]) => `<stop offset="${at}" stop-color="${colour}" stop-opacity="${opacity}"/>`).join("");
const radial = (id, x, y, r, list, more = "") =>
  `<radialGradient id="${id}" gradientUnits="userSpaceOnUse" cx="${n(x)}" cy="${n(y)}" r="${n(r)}"${more}>${stops(list)}</radialGradient>`;
const fill = (id) => `<rect width="${W}" height="${H}" fill="url(#${id})"/>`;

function stars(count, colour, strength) {
  let drawn = "";
  for (let i = 0; i < count; i++) {
    const [x, y] = [random() * W, random() ** 1.25 * H * 0.86];
    const size = 0.55 + random() ** 6 * 1.9;
    const opacity = (0.25 + random() * 0.75) * strength * (1 - (y / H) * 0.75);
    drawn += `<circle cx="${n(x)}" cy="${n(y)}" r="${n(size)}" opacity="${n(opacity)}"/>`;
  }
  return `<g fill="${colour}">${drawn}</g>`;
}

// Thin bands on the planet, seen almost edge on.
function bands(colour, strength) {
  let drawn = "";
  for (let i = 0; i < 16; i++) {
    const r = PR - 30 - i ** 1.5 * 4;
    const [a, b] = [-125 + random() * 30, -82 + random() * 30];
    const [[x1, y1], [x2, y2]] = [onLimb(a, r), onLimb(b, r)];
    drawn += `<path d="M${n(x1)} ${n(y1)}A${n(r)} ${n(r)} 0 0 1 ${n(x2)} ${n(y2)}" stroke-width="${n(4 + random() * 16)}" opacity="${n((0.3 + random() * 0.7) * strength)}"/>`;
  }
  return `<g fill="none" stroke="${colour}" stroke-linecap="round" filter="url(#soft)">${drawn}</g>`;
}

function picture(look) {
  const [sx, sy] = onLimb(SUN, PR);
  const rim = PR / (PR * 1.16);
  const defs = [
    `<linearGradient id="sky" x2="0.35" y2="1">${stops(look.sky)}</linearGradient>`,
    ...look.clouds.map(([x, y, r, list], i) => radial(`cloud${i}`, x, y, r, list, ` gradientTransform="rotate(-24 ${x} ${y}) scale(1 .62) translate(0 ${n(y * 0.6)})"`)),
    radial("air", PX, PY, PR * 1.16, [[rim - 0.002, look.air, 0], [rim, look.air, look.airs[0]], [rim + 0.008, look.air, look.airs[1]], [rim + 0.035, look.air2, look.airs[2]], [1, look.air2, 0]]),
    radial("ground", PX, PY, PR, [[0.92, look.ground[0]], [0.965, look.ground[1]], [0.989, look.ground[2]], [0.9972, look.ground[3]], [1, look.ground[4]]]),
    radial("day", sx, sy, 1250, [[0, look.day, look.days[0]], [0.35, look.day, look.days[1]], [1, look.day, 0]]),
    radial("sun", sx, sy - 4, 620, look.sun),
    radial("shade", PX - 1500, PY - PR + 420, 2000, [[0, look.shade, look.shades], [1, look.shade, 0]]),
    `<filter id="soft" x="-5%" y="-5%" width="110%" height="110%"><feGaussianBlur stdDeviation="10"/></filter>`,
    `<clipPath id="planet"><circle cx="${PX}" cy="${PY}" r="${PR}"/></clipPath>`,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${W} ${H}" preserveAspectRatio="xMidYMax slice">`,
    `<defs>${defs.join("")}</defs>`,
    fill("sky"),
    ...look.clouds.map((_, i) => fill(`cloud${i}`)),
    look.stars ? stars(...look.stars) : "",
    fill("air"),
    fill("sun"),
    `<circle cx="${PX}" cy="${PY}" r="${PR}" fill="url(#ground)"/>`,
    `<g clip-path="url(#planet)">${bands(...look.bands)}${fill("day")}${fill("shade")}</g>`,
    `</svg>\n`,
  ].join("\n");
}

const dusk = {
  sky: [[0, "#080a16"], [0.45, "#0d1024"], [0.8, "#171737"], [1, "#231d46"]],
  clouds: [
    [2000, 240, 1150, [[0, "#6a4fd0", 0.5], [0.45, "#4a3bb0", 0.22], [1, "#4a3bb0", 0]]],
    [360, 700, 1150, [[0, "#147a93", 0.42], [0.5, "#14607e", 0.17], [1, "#14607e", 0]]],
    [1300, 60, 800, [[0, "#a04a92", 0.2], [1, "#a04a92", 0]]],
  ],
  stars: [420, "#e8ecff", 0.95],
  air: "#9db8ff",
  air2: "#5a6bf0",
  airs: [0.95, 0.42, 0.2],
  ground: ["#06070f", "#080a18", "#0d1230", "#1b2a5e", "#6d8fe0"],
  day: "#ffb98a",
  days: [0.34, 0.07],
  sun: [[0, "#fff6e6", 1], [0.035, "#ffe6c0", 0.95], [0.12, "#ffae78", 0.5], [0.4, "#e0617e", 0.2], [1, "#8a4bd8", 0]],
  bands: ["#93b0ff", 0.13],
  shade: "#03040a",
  shades: 0.75,
};

const dawn = {
  sky: [[0, "#cfdaf5"], [0.4, "#dfe3f7"], [0.72, "#f0e6f2"], [1, "#fde6da"]],
  clouds: [
    [2050, 200, 1150, [[0, "#b9a8f2", 0.75], [0.5, "#c9bdf5", 0.35], [1, "#c9bdf5", 0]]],
    [330, 640, 1200, [[0, "#9fdcea", 0.75], [0.5, "#b5e2ee", 0.32], [1, "#b5e2ee", 0]]],
    [1250, 20, 900, [[0, "#ffffff", 0.6], [1, "#ffffff", 0]]],
  ],
  stars: null,
  air: "#ffffff",
  air2: "#ffe9dc",
  airs: [1, 0.75, 0.45],
  ground: ["#a9bce8", "#b6c6ee", "#c6d3f4", "#dde6fa", "#ffffff"],
  day: "#fff1e2",
  days: [0.85, 0.4],
  sun: [[0, "#ffffff", 1], [0.05, "#fffaf0", 0.98], [0.16, "#ffdfba", 0.7], [0.45, "#ffc3b0", 0.34], [1, "#f3c4ea", 0]],
  bands: ["#ffffff", 0.42],
  shade: "#8ea3dc",
  shades: 0.5,
};

for (const [name, look] of Object.entries({ dusk, dawn })) {
  writeFileSync(new URL(`${name}.svg`, import.meta.url), picture(look));
}
