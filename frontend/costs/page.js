/** Starts the costs page: reads the sliders and draws the estimates. */
import { byId, el } from "../shared/dom.js";
import { language } from "../shared/header.js";
import { USUAL } from "./model.js";
import { draw } from "./view.js";

/** @import { Inputs, Traffic } from "./model.js" */

/** A text must be in both tables. @typedef {typeof import("./en.json") | typeof import("./de.json")} CostsTable */
/** @typedef {keyof CostsTable} CostsKey */
/**
 * @typedef {object} Words
 * @property {(key: CostsKey, values?: Record<string, string | number>) => string} say
 * @property {(value: number, shape?: Intl.NumberFormatOptions) => string} number
 */
/** @typedef {[id: Exclude<keyof Traffic, "free_tier" | "redundant">, values: number[], show: (value: number) => string]} Slider */

const root = document.documentElement;

/** @type {"en" | "de"} */
let lang = "en";
/** @type {CostsTable} */
let table;
/** @type {Inputs} */
let inputs;

/** @type {Words} */
const words = {
  say: (key, values = {}) => table[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name])),
  number: (value, shape = {}) => new Intl.NumberFormat(lang, shape).format(value),
};

const powers = (/** @type {number} */ from, /** @type {number} */ to) =>
  Array.from({ length: to - from }, (_, step) => 10 ** (from + step));
const percent = (/** @type {number} */ share) =>
  words.say("percent", { number: words.number(share * 100, { maximumFractionDigits: 1 }) });

/** @returns {Slider[]} each step of a slider is a round number */
function sliders() {
  const memory = Object.keys(inputs.measured.memory_mb).map(Number);
  const plain = words.number;
  const times = (/** @type {number} */ value) => words.say("times", { number: value });
  const megabytes = (/** @type {number} */ value) =>
    words.say("megabytes", { number: words.number(value) });
  const volumes = powers(2, 10).flatMap((power) => [1, 2, 3, 5].map((n) => n * power));
  return [
    ["requests", [...volumes, 1e10, 3e10], plain],
    ["samples", [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], plain],
    ["peak", [1, 2, 3, 5, 10, 20, 50], times],
    ["memory_mb", memory.sort((one, other) => one - other), megabytes],
    ["cold_share", [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1], percent],
    ["form_share", [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1], percent],
  ];
}

/** @param {string} id */
const field = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id));

/** @returns {Traffic} */
function traffic() {
  const chosen = sliders().map(([id, values]) => [id, values[Number(field(id).value)]]);
  const flags = { free_tier: field("free").checked, redundant: field("redundant").checked };
  return { ...USUAL, ...Object.fromEntries(chosen), ...flags };
}

function makeSliders() {
  for (const [id, values] of sliders()) {
    const range = { type: "range", id, min: 0, max: values.length - 1 };
    byId("sliders").append(
      el(
        "div",
        { class: "slider" },
        el("label", { for: id, id: `${id}-label` }),
        // Silent: a moved slider says its own value
        el("output", { for: id, id: `${id}-value`, "aria-live": "off" }),
        el("input", { ...range, value: values.indexOf(USUAL[id]) }),
      ),
    );
  }
}

function update() {
  for (const [id, values, show] of sliders()) {
    const text = show(values[Number(field(id).value)]);
    byId(`${id}-label`).textContent = words.say(id);
    byId(`${id}-value`).textContent = text;
    field(id).setAttribute("aria-valuetext", text);
  }
  draw(words, traffic(), inputs);
}

function notes() {
  const rows = Object.values(inputs.prices.prices);
  const count = rows.filter(({ verified }) => !verified).length;
  const values = { taken: inputs.prices.taken, count, all: rows.length };
  const keys = /** @type {const} */ (["prices", "measured", "latency", "people"]);
  byId("notes").replaceChildren(
    ...keys.map((key) => el("li", {}, words.say(`note_${key}`, values))),
  );
}

/** @param {"en" | "de"} chosen */
async function speak(chosen) {
  table = await (await fetch(new URL(`./${chosen}.json`, import.meta.url))).json();
  lang = root.lang = chosen;
  for (const element of document.querySelectorAll("main [data-t]")) {
    element.textContent = words.say(/** @type {CostsKey} */ (element.getAttribute("data-t")));
  }
  document.title = words.say("title");
}

async function switchLanguage() {
  await speak(language());
  if (!inputs) return;
  update();
  notes();
}

async function start() {
  try {
    await speak(language());
    // The menu's own listener comes first: it writes the language into the address
    byId("language").addEventListener("click", () => void switchLanguage());
    inputs = await (await fetch("costs.json")).json();
    makeSliders();
    update();
    notes();
  } catch {
    byId("broken").hidden = false;
    byId("calculator").hidden = true;
    root.dataset.state = "broken";
    return;
  }
  byId("traffic").addEventListener("input", update);
  byId("traffic").addEventListener("submit", (event) => event.preventDefault());
  root.dataset.state = "ready";
}

void start();
