/** Turns sliders into traffic and lets the view draw it: the module that starts the costs page. */
import { draw } from "./costs-view.js";
import { byId, el } from "./dom.js";

/** @import { Inputs, Traffic } from "./types.js" */

/** @typedef {typeof import("./costs-en.js").default} CostsTable */
/** @typedef {keyof CostsTable} CostsKey */
/**
 * @typedef {object} Words
 * @property {(key: CostsKey, values?: Record<string, string | number>) => string} say
 * @property {(value: number, shape?: Intl.NumberFormatOptions) => string} number
 */
/** @typedef {{ id: Exclude<keyof Traffic, "free_tier" | "redundant">, label: CostsKey, values: number[], at: number, show: (value: number) => string }} Slider */

const tables = { en: () => import("./costs-en.js"), de: () => import("./costs-de.js") };
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

/** @returns {Slider[]} */
const sliders = () => [
  {
    id: "requests",
    label: "requests",
    values: [...powers(2, 10).flatMap((power) => [1, 2, 3, 5].map((n) => n * power)), 1e10, 3e10],
    at: 1e6,
    show: (value) => words.number(value),
  },
  {
    id: "samples",
    label: "samples",
    values: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    at: 1,
    show: (value) => words.number(value),
  },
  {
    id: "peak",
    label: "peak",
    values: [1, 2, 3, 5, 10, 20, 50],
    at: 5,
    show: (value) => words.say("times", { number: value }),
  },
  {
    id: "memory_mb",
    label: "memory",
    values: Object.keys(inputs.measured.memory_mb)
      .map(Number)
      .sort((a, b) => a - b),
    at: 512,
    show: (value) => words.say("megabytes", { number: words.number(value) }),
  },
  {
    id: "cold_share",
    label: "cold",
    values: [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
    at: 0.01,
    show: percent,
  },
  {
    id: "form_share",
    label: "form",
    values: [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1],
    at: 0.1,
    show: percent,
  },
];

/** @param {string} id */
const field = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id));

/** The sliders' values; a slider counts places in its list, so that each step is a round number. */
function traffic() {
  const chosen = sliders().map(({ id, values }) => [id, values[Number(field(id).value)]]);
  return /** @type {Traffic} */ ({
    ...Object.fromEntries(chosen),
    free_tier: field("free").checked,
    redundant: field("redundant").checked,
  });
}

function makeSliders() {
  byId("sliders").replaceChildren(
    ...sliders().map(({ id, values, at }) =>
      el(
        "div",
        { class: "slider" },
        el("label", { for: id, id: `${id}-label` }),
        // Silent: a moved slider says its own value
        el("output", { for: id, id: `${id}-value`, "aria-live": "off" }),
        el("input", {
          type: "range",
          id,
          min: 0,
          max: values.length - 1,
          step: 1,
          value: values.indexOf(at),
        }),
      ),
    ),
  );
}

function update() {
  for (const { id, label, values, show } of sliders()) {
    const text = show(values[Number(field(id).value)]);
    byId(`${id}-label`).textContent = words.say(label);
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
  table = (await tables[chosen]()).default;
  lang = root.lang = chosen;
  for (const element of document.querySelectorAll("[data-t]")) {
    element.textContent = words.say(/** @type {CostsKey} */ (element.getAttribute("data-t")));
  }
  /** @type {Element} */ (document.querySelector("nav")).ariaLabel = words.say("nav");
  document.title = `${words.say("title")}: ${words.say("brand")}`;
  byId("language").lang = chosen === "de" ? "en" : "de";
  byId("language").textContent = words.say("other_language");
}

async function switchLanguage() {
  await speak(lang === "de" ? "en" : "de");
  history.replaceState(null, "", `?lang=${lang}${location.hash}`);
  if (!inputs) return;
  update();
  notes();
}

async function start() {
  const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language;
  try {
    await speak(asked.startsWith("de") ? "de" : "en");
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
