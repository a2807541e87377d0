// Draws the landscapes: dunes under a moon and in the morning, an aurora over a lake and its pale day.
// Run `node assets/wallpapers/landscapes.mjs`; the pictures are written beside this file.

import { writeFileSync } from "node:fs";

const [W, H] = [2560, 1440];
const n = (x) => String(Math.round(x * 10) / 10);
const stops = (colours) => colours.map(([at, colour, opacity = 1]) => `<stop offset="${at}" stop-color="${colour}" stop-opacity="${opacity}"/>`).join("");
const down = (id, colours) => `<linearGradient id="${id}" x2="0" y2="1">${stops(colours)}</linearGradient>`;
const glow = (id, colours) => `<radialGradient id="${id}">${stops(colours)}</radialGradient>`;

// A line of hills: a few waves on each other, always the same.
function ridge(base, height, waves, phase) {
  let path = `M0 ${H}L0 ${n(base)}`;
  for (let x = 0; x <= W; x += 32) {
    let y = base;
    waves.forEach((wave, at) => (y -= (height / (at + 1)) * Math.sin((x / W) * wave * Math.PI + phase * (at + 1))));
    path += `L${x} ${n(y)}`;
  }
  return `${path}L${W} ${H}Z`;
}

function dunes(name, { sky, moon, at, layers }) {
  const shades = layers.map(([top, foot], index) => down(`d${index}`, [[0, top], [1, foot]])).join("");
  const hills = layers.map((_, index) => {
    const base = H * (0.52 + index * 0.105);
    return `<path d="${ridge(base, 74 - index * 6, [2.1 + index * 0.4, 3.7, 6.3], 0.8 + index * 1.9)}" fill="url(#d${index})"/>`;
  });
  return write(name, `${down("sky", sky)}${glow("halo", moon.halo)}${shades}`, `<rect width="${W}" height="${H}" fill="url(#sky)"/>
<circle cx="${at[0]}" cy="${at[1]}" r="760" fill="url(#halo)"/><circle cx="${at[0]}" cy="${at[1]}" r="84" fill="${moon.face}"/>
${hills.join("\n")}`);
}

function aurora(name, { sky, curtains, hills, water }) {
  const veils = curtains.map(([colour, strength], index) => {
    const y = 250 + index * 120;
    const wave = `M-200 ${y + 260}C500 ${y - 180} 900 ${y + 420} 1500 ${y + 60}S2300 ${y - 120} 2800 ${y + 120}L2800 ${y - 330}C2300 ${y - 470} 1900 ${y - 250} 1450 ${y - 300}S600 ${y - 420} -200 ${y - 80}Z`;
    return `<path d="${wave}" fill="url(#c${index})" opacity="${strength}" filter="url(#soft)"/>`;
  });
  const shades = curtains.map(([colour], index) => down(`c${index}`, [[0, colour, 0], [0.72, colour, 0.85], [1, colour, 0]])).join("");
  const land = hills.map((colour, index) => `<path d="${ridge(H * (0.74 + index * 0.075), 58 - index * 16, [3.1, 7.3, 17], 2.2 + index * 1.4)}" fill="${colour}"/>`);
  return write(name, `${down("sky", sky)}${shades}${down("water", water)}<filter id="soft" x="-20%" y="-40%" width="140%" height="180%"><feGaussianBlur stdDeviation="60"/></filter>`, `<rect width="${W}" height="${H}" fill="url(#sky)"/>
${veils.join("\n")}
${land.join("\n")}
<rect y="${H * 0.9}" width="${W}" height="${H * 0.1}" fill="url(#water)"/>`);
}

function write(name, defs, body) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${W} ${H}" preserveAspectRatio="xMidYMax slice">\n<defs>${defs}</defs>\n${body}\n</svg>\n`;
  writeFileSync(new URL(`${name}.svg`, import.meta.url), svg);
}

dunes("dunes-night", {
  sky: [[0, "#0a0b1c"], [0.45, "#1d1838"], [0.7, "#44264f"], [1, "#6b3450"]],
  moon: { face: "#ffe9d2", halo: [[0, "#ffcfa6", 0.5], [0.2, "#d9798a", 0.22], [1, "#6a3f86", 0]] },
  at: [1820, 430],
  layers: [["#5a2c50", "#3a1f44"], ["#48264b", "#2b1a3c"], ["#331d40", "#1e1430"], ["#211530", "#130d22"], ["#150e22", "#0a0714"]],
});
dunes("dunes-day", {
  sky: [[0, "#cfdcf2"], [0.45, "#e9e4ee"], [0.75, "#f8e6dc"], [1, "#f6d9c6"]],
  moon: { face: "#fffdf6", halo: [[0, "#fff4dc", 0.95], [0.3, "#ffe3c0", 0.45], [1, "#ffe3c0", 0]] },
  at: [1820, 430],
  layers: [["#f0d5c3", "#ecc9b4"], ["#eccab2", "#e5bda3"], ["#e6bfa6", "#ddb094"], ["#dfb498", "#d4a588"], ["#d6a98c", "#c99a7d"]],
});
aurora("aurora-night", {
  sky: [[0, "#050813"], [0.55, "#081a2a"], [1, "#0d2c38"]],
  curtains: [["#5b46d6", 0.5], ["#17a58d", 0.55], ["#39d98a", 0.42]],
  hills: ["#071621", "#040d15"],
  water: [[0, "#0b2a33"], [1, "#040b12"]],
});
aurora("aurora-day", {
  sky: [[0, "#dfe7fa"], [0.55, "#e6f3f3"], [1, "#f4f7ef"]],
  curtains: [["#b9b2f2", 0.5], ["#9fdfd3", 0.5], ["#bff0cf", 0.5]],
  hills: ["#c3d8da", "#afcbd0"],
  water: [[0, "#c9dfe2"], [1, "#a9c6cd"]],
});
