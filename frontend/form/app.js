/** Starts the form: draws it from the schema, listens, and gives every module the page. */
import { keepLanguage, language, linkPages, translate } from "../shared/header.js";
import { chooseByKey, focusField } from "./fields.js";
import { choices, readValues, renderFields, writeValues } from "./fields.js";

/** @import { Page, Schema, Texts } from "../shared/types.js" */

const root = document.documentElement;
/** Per language: the texts of the page as it opens, those of the form, those of the table. */
const tables = {
  en: [
    () => import("../shared/page-en.js"),
    () => import("../shared/strings-en.js"),
    () => import("../batch/en.js"),
  ],
  de: [
    () => import("../shared/page-de.js"),
    () => import("../shared/strings-de.js"),
    () => import("../batch/de.js"),
  ],
};
/** How many of them have been asked for. */
let parts = 1;
const texts = { en: /** @type {Texts} */ ({}), de: /** @type {Texts} */ ({}) };
/** Enough for every number that is shown as it was given. */
const MOST_DIGITS = 12;
const WAITING = ["working", "starting"];
/** States in which the service gave no answer; all but a refusal can be tried again. */
const FAILED = [
  "offline",
  "unanswered",
  "busy",
  "unreadable",
  "closed",
  "refused",
  "unreadable_model",
  "too_many_missing",
];

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const label = () => /** @type {HTMLInputElement} */ (byId("sample-label"));
const adequate = () => !page.schema.gate || byId("yes").ariaPressed === "true";

/** @type {Page} */
const page = {
  schema: /** @type {Schema} */ ({}),
  lang: language(),
  version: "",
  redraws: new Set(),
  checks: new Set(),
  say: (key, values = {}) =>
    texts[page.lang][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name])),
  knows: /** @type {Page["knows"]} */ ((key) => key in texts[page.lang]),
  number(value, digits) {
    const shape = { minimumFractionDigits: digits, maximumFractionDigits: digits ?? MOST_DIGITS };
    return value.toLocaleString(page.lang, shape);
  },
  values: () => readValues(page.schema),
  adequate,
  enter(state, message = "") {
    root.dataset.state = state;
    const failed = FAILED.includes(state);
    byId("status").classList.toggle("failed", failed);
    byId("status").textContent = message;
    // What was asked about stays as it is until the answer has come
    const waiting = WAITING.includes(state);
    for (const part of document.querySelectorAll("#gate, #examples, #features, .label, #clear")) {
      /** @type {HTMLElement} */ (part).inert = waiting;
    }
    byId("cancel").hidden = !waiting;
    byId("classify").hidden = waiting || failed;
    byId("again").hidden = !failed;
    page.check();
  },
  changed(news = "") {
    byId("undo").hidden = true;
    page.enter("ready", news);
  },
  check() {
    page.checks.forEach((check) => check());
    keep();
  },
  fill(values, text, gate) {
    writeValues(page.schema, values);
    label().value = text;
    press(gate);
  },
  answered: null,
  prevalence: null,
};

/** Reload and Back find the case in the history entry, which no server and no link sees. */
function keep() {
  const state = {
    values: page.values(),
    label: label().value,
    gate: gate(),
    prevalence: page.prevalence,
    answered: page.answered,
  };
  try {
    history.replaceState(state, "");
  } catch {
    // A browser may refuse many changes in a short time; the next one keeps this case as well
  }
}

/** @returns {boolean | null} */
const gate = () =>
  byId("yes").ariaPressed === "true" || (byId("no").ariaPressed === "true" ? false : null);

/** @param {boolean | null} adequate the answer to the schema's gate */
function press(adequate) {
  byId("yes").ariaPressed = String(adequate === true);
  byId("no").ariaPressed = String(adequate === false);
  byId("rest").hidden = byId("dock").hidden = adequate === false;
  byId("gated").textContent = adequate === false ? page.say("stop") : "";
  if (adequate) byId("error-gate").hidden = true;
}

// Fetched at the first touch, so that the first load stays small
const lazy = {
  batch() {
    // What the module imports, one round trip sooner
    for (const name of ["dom", "response", "service", "words"])
      link("modulepreload", new URL(`../shared/${name}.js`, import.meta.url).href).catch(() => {});
    return equipped(import("../batch/batch.js"), ["./result.css", "../batch/batch.css"], 3);
  },
  case: () => equipped(import("./case.js")),
  filling: () => equipped(import("./filling.js")),
};

/** A module, when its style sheets and texts are there. */
/** @template Module @param {Promise<Module>} module @param {number} needed parts of the texts */
async function equipped(module, sheets = ["./result.css"], needed = 2) {
  parts = Math.max(parts, needed);
  const [loaded] = await Promise.all([module, load(page.lang), ...sheets.map(style)]);
  return loaded;
}

/** @type {Record<string, Promise<unknown>>} */
const styled = {};

/** @param {string} path */
function style(path) {
  styled[path] ??= link("stylesheet", new URL(path, import.meta.url).href);
  styled[path].catch(() => delete styled[path]);
  return styled[path];
}

/** @param {string} rel @param {string} href */
const link = (rel, href) =>
  new Promise((onload, onerror) =>
    document.head.append(
      Object.assign(document.createElement("link"), { rel, href, onload, onerror }),
    ),
  );

/** @param {"en" | "de"} lang */
async function load(lang) {
  const found = await Promise.all(tables[lang].slice(0, parts).map((part) => part()));
  Object.assign(texts[lang], ...found.map((part) => part.default));
}

let gathered = false;

function gather() {
  if (gathered) return;
  gathered = true;
  // Starts the service while the values are chosen; no answer is needed yet
  fetch("/v1/health").then(
    (response) => response.text(),
    () => {},
  );
  void lazy.filling().catch(() => {});
  lazy.case().then(
    ({ prepare }) => prepare(page),
    () => {},
  );
  void link("manifest", "app.webmanifest");
  navigator.serviceWorker?.register("sw.js").catch(() => {});
}

/** The schema with its texts in the language, or in its own. @param {string} lang @returns {Promise<Schema>} */
async function schemaIn(lang) {
  const own = await (await fetch("features.json")).json();
  return own.languages.includes(lang) ? (await fetch(`features.${lang}.json`)).json() : own;
}

/** @param {"en" | "de"} chosen */
async function speak(chosen) {
  const [schema] = await Promise.all([schemaIn(chosen), load(chosen)]);
  page.schema = schema;
  page.lang = root.lang = chosen;
  translate("[data-t]", texts[chosen], chosen);
  byId("unreviewed").hidden = !page.say("unreviewed");
  page.redraws.forEach((redraw) => redraw());
}

/** Texts that belong to the model, not to the form. */
function introduce() {
  const { title, lead, gate: asked, examples, features } = page.schema;
  byId("title").textContent = title;
  byId("lead").textContent = lead;
  byId("gate").hidden = !asked;
  // The first line asks, the others explain
  const [question, ...hint] = asked.split("\n");
  byId("gate-question").textContent = question;
  byId("gate-hint").textContent = hint.join(" ");
  press(gate());
  const pressed = features.some(
    ({ kind, ...each }) => kind === "whole" && choices({ kind, ...each }),
  );
  byId("keys").textContent = `${pressed ? page.say("keys") : ""} ${page.say("paste_hint")}`.trim();
  const buttons = examples.map(({ label, values }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.dataset.values = JSON.stringify(values);
    button.addEventListener("click", () =>
      using(lazy.filling, ({ example }) => example(page, values)),
    );
    return button;
  });
  byId("examples").replaceChildren(...(buttons.length ? [page.say("examples"), ...buttons] : []));
  renderFields(byId("features"), page);
}

async function switchLanguage() {
  const chosen = page.lang === "de" ? "en" : "de";
  await speak(chosen);
  keepLanguage(chosen);
  name();
  // What the status line says is in the other language; errors are found again, in this one
  if (root.dataset.state === "faulty") await using(lazy.case, ({ classify }) => classify(page));
  else if (!WAITING.includes(root.dataset.state ?? "") && root.dataset.state !== "done")
    page.changed();
}

/** @param {boolean} adequate */
function answerGate(adequate) {
  press(adequate);
  if (!adequate) return page.enter("gated");
  page.changed();
  focusField(page.schema.features[0]);
}

/**
 * A module that cannot be fetched shows the same state as an answer that does not come.
 *
 * @template Module
 * @param {() => Promise<Module>} load
 * @param {(module: Module) => unknown} use
 */
async function using(load, use) {
  let module;
  try {
    module = await load();
  } catch {
    const kind = navigator.onLine ? "unanswered" : "offline";
    return page.enter(kind, page.say(kind));
  }
  await use(module);
}

function name() {
  const { title } = page.schema;
  document.title = location.hash === "#batch" ? `${page.say("batch")}: ${title}` : title;
}

/** What the address asks for: the table, a shared case, or the form. @param {boolean} moved */
function route(moved) {
  const batch = location.hash === "#batch";
  byId("single").hidden = batch;
  byId("batch").hidden = !batch;
  byId("go-single").ariaCurrent = batch ? null : "page";
  byId("go-batch").ariaCurrent = batch ? "page" : null;
  name();
  if (batch) void using(lazy.batch, ({ openBatch }) => openBatch(page));
  else if (moved) byId("title").focus();
  // A link is read once; what the reader made of it is kept with the history entry
  if (location.hash.includes("=") && !history.state)
    void using(lazy.filling, ({ open }) => open(page, location.hash));
  else if (moved) keep();
}

/** The case that this history entry was left with. */
async function restore() {
  const kept = history.state;
  if (kept?.values?.length !== page.schema.features.length) return;
  page.prevalence = kept.prevalence ?? null;
  page.fill(kept.values, kept.label, kept.gate);
  if (kept.answered) await using(lazy.case, ({ show }) => show(page, kept.answered));
  page.check();
}

/** One number belongs into the field that has the focus, a row into the form. */
/** @param {ClipboardEvent} event */
function paste(event) {
  const { clipboardData, target } = event;
  const text = clipboardData?.getData("text/plain") ?? "";
  const closed = byId("single").hidden || byId("features").inert;
  const number = !Number.isNaN(Number(text.replace(",", ".")));
  const fields = number ? "#sample-label, [type=number]" : "#sample-label";
  const elsewhere = target instanceof Element && target.matches(fields);
  if (!text || closed || elsewhere) return;
  event.preventDefault();
  void using(lazy.filling, (filling) => filling.paste(page, text));
}

function listen() {
  /** @param {string} id @param {() => unknown} act */
  const on = (id, act) => byId(id).addEventListener("click", act);
  const classify = () => using(lazy.case, (module) => module.classify(page));
  on("yes", () => answerGate(true));
  on("no", () => answerGate(false));
  on("clear", () => using(lazy.filling, ({ clear }) => clear(page)));
  on("undo", () => using(lazy.filling, ({ undo }) => undo(page)));
  on("again", classify);
  on("language", switchLanguage);
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    if (page.schema.gate) byId("yes").focus();
    else focusField(page.schema.features[0]);
  });
  byId("case").addEventListener("submit", (event) => {
    event.preventDefault();
    void classify();
  });
  byId("features").addEventListener("keydown", (event) => chooseByKey(event, page.schema.missing));
  byId("features").addEventListener("input", () => page.changed());
  label().addEventListener("input", keep);
  document.addEventListener("paste", paste);
  window.addEventListener("hashchange", () => route(true));
  for (const kind of ["pointerdown", "keydown", "focusin"]) {
    document.addEventListener(kind, gather);
  }
}

async function start() {
  // Fetched beside the schema, not after it; a failure is reported when the table is opened
  if (location.hash === "#batch") lazy.batch().catch(() => {});
  try {
    await speak(language());
    introduce();
  } catch {
    byId("broken").hidden = false;
    byId("case").remove();
    byId("dock").remove();
    byId("title").textContent = document.title;
    root.dataset.state = "broken";
    return;
  }
  page.redraws.add(introduce);
  byId("rest").hidden = false;
  listen();
  await restore();
  route(false);
  page.enter(page.answered ? "done" : gate() === false ? "gated" : "ready");
  linkPages();
}

void start();
