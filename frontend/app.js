/** Turns the page into a form that answers: the one module that starts things. */
import { chooseByKey, focusFeature, renderFeatures } from "./form.js";

/** @import { Key, Page, Schema, State, Strings } from "./types.js" */

const root = document.documentElement;
const LANGUAGES = ["en"];

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language.slice(0, 2);
let lang = LANGUAGES.includes(asked) ? asked : "en";
/** @type {Strings} */
let strings;

/** @type {Page} */
const page = {
  get lang() {
    return lang;
  },
  schema: /** @type {Schema} */ ({}),
  say(/** @type {Key} */ key, /** @type {Record<string, string | number>} */ values = {}) {
    return strings.text[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  },
  knows: /** @type {Page["knows"]} */ ((key) => key in strings.text),
  own: (/** @type {string} */ text) => strings.schema[text] ?? text,
  number(/** @type {number} */ value, digits = 0) {
    const shape = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(lang, shape).format(value);
  },
  enter(/** @type {State} */ state, message = "") {
    root.dataset.state = state;
    byId("status").textContent = message;
    byId("cancel").hidden = state !== "working" && state !== "starting";
  },
  changed(news = "") {
    // An answer that no longer belongs to the scores above it must say so
    const old = !byId("result").hidden;
    page.enter(old ? "stale" : "ready", [news, old ? page.say("stale") : ""].join(" ").trim());
    byId("undo").hidden = true;
  },
};

/** @param {string} chosen */
async function speak(chosen) {
  strings = (await import("./strings-en.js")).default;
  lang = root.lang = chosen;
  for (const element of document.querySelectorAll("[data-t]")) {
    element.textContent = page.say(/** @type {Key} */ (element.getAttribute("data-t")));
  }
  for (const element of document.querySelectorAll("[data-t-label]")) {
    const key = /** @type {Key} */ (element.getAttribute("data-t-label"));
    element.setAttribute("aria-label", page.say(key));
  }
}

// Loaded at the first touch, not with the page: whoever only looks pays for the form alone
const lazy = {
  case: () => import("./case.js"),
  filling: () => import("./filling.js"),
};
const gather = () => Object.values(lazy).forEach((load) => void load().catch(() => {}));

/** Warm the service while the scores are chosen; silent, as a page that only waits is no news. */
const ping = () => void fetch("/v1/health").catch(() => {});

/** @param {boolean} adequate */
function answerGate(adequate) {
  byId("yes").setAttribute("aria-pressed", String(adequate));
  byId("no").setAttribute("aria-pressed", String(!adequate));
  byId("gate-fault").hidden = true;
  byId("rest").hidden = !adequate;
  byId("gated").hidden = adequate;
  byId("gated").textContent = adequate ? "" : page.say("gated");
  page.enter(adequate ? "ready" : "gated");
  if (adequate) focusFeature(page.schema.features[0]);
}

async function classify() {
  try {
    await (await lazy.case()).classify(page);
  } catch (error) {
    // A module that cannot be fetched is the network's failure too
    page.enter("offline", page.say(navigator.onLine ? "unanswered" : "offline"));
    throw error;
  }
}

/** @param {(filling: typeof import("./filling.js")) => void} change */
const refill = async (change) => change(await lazy.filling());

function listen() {
  byId("features").addEventListener("keydown", chooseByKey);
  byId("features").addEventListener("change", () => page.changed());
  byId("yes").addEventListener("click", () => answerGate(true));
  byId("no").addEventListener("click", () => answerGate(false));
  byId("clear").addEventListener("click", () => refill((filling) => filling.clear(page)));
  byId("undo").addEventListener("click", () => refill((filling) => filling.undo(page)));
  for (const button of document.querySelectorAll("[data-scores]")) {
    const scores = button.getAttribute("data-scores") ?? "";
    button.addEventListener("click", () => refill((filling) => filling.example(page, scores)));
  }
  document.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain");
    if (
      !text ||
      (event.target instanceof Element && event.target.matches("#sample-label, textarea"))
    )
      return;
    void refill((filling) => filling.paste(page, text));
  });
  byId("case").addEventListener("submit", (event) => {
    event.preventDefault();
    void classify();
  });
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("yes").focus();
  });
  for (const kind of ["pointerdown", "keydown", "focusin"]) {
    document.addEventListener(kind, gather, { once: true });
  }
}

async function start() {
  ping();
  try {
    const fetched = fetch("features.json", { credentials: "same-origin" });
    await speak(lang);
    page.schema = await (await fetched).json();
  } catch {
    return page.enter("broken", strings?.text.broken ?? byId("status").dataset.broken);
  }
  renderFeatures(byId("features"), page);
  byId("rest").hidden = false;
  page.enter("ready");
  listen();
}

void start();
