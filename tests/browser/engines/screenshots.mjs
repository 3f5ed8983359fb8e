/**
 * Writes build/screenshots/ENGINE/STATE-WIDTH-SCHEME.png of every state and page, to be looked at.
 *
 * node tests/browser/engines/screenshots.mjs chromium|firefox|webkit [state,state]
 * (webkit: under xvfb-run, and its window is never narrower than 447 pixels)
 */
import { mkdir, readFile } from "node:fs/promises";
import { chromium, firefox } from "./firefox.mjs";
import { serve } from "./server.mjs";
import { webkit } from "./webkit.mjs";

const WIDTHS = [320, 390, 1280];
const PAGES = [
  "api.html",
  "costs.html",
  "model-card.html",
  "sheet.en.html",
  "sheet.de.html",
  "404.html",
];

const [engine, only] = process.argv.slice(2);
const folder = `build/screenshots/${engine}`;
const states = await readFile(new URL("../states.js", import.meta.url), "utf8");
await mkdir(folder, { recursive: true });
const { address, stop } = await serve();
const page = await { chromium, firefox, webkit }[engine]();

const arrived = () =>
  page.run(`return new Promise((resolve) => {
    const look = () =>
      document.documentElement.dataset.state === "loading" ? setTimeout(look, 20) : resolve(true);
    look();
  })`);

async function open(state) {
  // A page of its own for each state: a change after # alone would not load it again
  await page.open(`${address}/favicon.svg`);
  await page.open(`${address}/${PAGES.includes(state) ? state : "?lang=en"}`);
  await arrived();
  if (PAGES.includes(state)) return;
  await page.run(states);
  await page.run(`return states["${state}"]().then(() => true)`);
}

try {
  await page.open(`${address}/`);
  await page.run(states);
  const all = [...(await page.run("return Object.keys(states)")), ...PAGES];
  for (const state of only?.split(",") ?? all) {
    await open(state);
    for (const scheme of ["light", "dark"]) {
      await page.run(`document.documentElement.style.colorScheme = "${scheme}"`);
      for (const width of WIDTHS) {
        await page.size(width, 900);
        await page.shoot(`${folder}/${state}-${width}-${scheme}.png`);
      }
    }
    console.log(state);
  }
} finally {
  await page.close();
  stop();
}
