/** Turns the page into a form that answers: the one module that starts things. */
import { chooseByKey, focusFeature, renderFeatures } from "./form.js";

/** @import { Key, Page, Schema, Strings } from "./types.js" */

const root = document.documentElement;
const tables = { en: () => import("./strings-en.js"), de: () => import("./strings-de.js") };

/** @type {"en" | "de"} */
let lang = "en";
/** @type {Strings} */
let strings;

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @type {Page} */
const page = {
  schema: /** @type {Schema} */ ({}),
  redraws: new Set(),
  say: (key, values = {}) =>
    strings.text[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name])),
  knows: /** @type {Page["knows"]} */ ((key) => key in strings.text),
  own: (text) => strings.schema[text] ?? text,
  inText: (label) => (lang === "en" ? label.toLowerCase() : label),
  number(value, digits = 0) {
    const shape = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(lang, shape).format(value);
  },
  enter(state, message = "") {
    root.dataset.state = state;
    byId("status").textContent = message;
    // What was asked about stays as it is until the answer has come
    const waiting = state === "working" || state === "starting";
    for (const part of document.querySelectorAll(".gate, .tools, #features, .label, #clear")) {
      /** @type {HTMLElement} */ (part).inert = waiting;
    }
    byId("cancel").hidden = !waiting;
  },
  changed(news = "") {
    // An answer that no longer belongs to the scores above it must say so
    const old = !byId("result").hidden;
    page.enter(old ? "stale" : "ready", [news, old ? page.say("stale") : ""].join(" ").trim());
    byId("undo").hidden = true;
  },
};

// Fetched at the first touch, not with the page: whoever only looks pays for the form alone
const lazy = {
  batch: () => import("./batch.js"),
  case: () => import("./case.js"),
  filling: () => import("./filling.js"),
};

let gathered = false;

function gather() {
  if (gathered) return;
  gathered = true;
  void lazy.filling().catch(() => {});
  lazy.case().then(
    ({ prepare }) => prepare(page),
    () => {},
  );
  navigator.serviceWorker?.register("sw.js").catch(() => {});
}

/** @param {"en" | "de"} chosen */
async function speak(chosen) {
  strings = (await tables[chosen]()).default;
  lang = root.lang = chosen;
  for (const element of document.querySelectorAll("[data-t]")) {
    element.textContent = page.say(/** @type {Key} */ (element.getAttribute("data-t")));
  }
  const nav = /** @type {Element} */ (document.querySelector("nav"));
  nav.ariaLabel = page.say("nav");
  const button = byId("language");
  button.lang = chosen === "de" ? "en" : "de";
  button.textContent = page.say("other_language");
  byId("unreviewed").hidden = !strings.text.unreviewed;
  page.redraws.forEach((redraw) => redraw());
}

async function switchLanguage() {
  await speak(lang === "de" ? "en" : "de");
  history.replaceState(null, "", `?lang=${lang}${location.hash}`);
  // What the status line says is in the other language; faults are found again, in this one
  if (root.dataset.state === "faulty") await using(lazy.case, ({ classify }) => classify(page));
  else if (root.dataset.state !== "done" && byId("cancel").hidden) page.changed();
}

/** @param {boolean} adequate */
function answerGate(adequate) {
  byId("yes").ariaPressed = String(adequate);
  byId("no").ariaPressed = String(!adequate);
  byId("gate-fault").hidden = true;
  byId("rest").hidden = !adequate;
  byId("gated").textContent = adequate ? "" : page.say("gated");
  byId("result").hidden ||= !adequate;
  if (adequate) {
    page.changed();
    focusFeature(page.schema.features[0]);
  } else page.enter("gated");
}

/**
 * A module that cannot be fetched is the network's failure, as an answer that does not come.
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

/** What the address asks for: the batch, a shared case, or the form. @param {boolean} moved */
function route(moved) {
  const batch = location.hash === "#batch";
  byId("single").hidden = batch;
  byId("batch").hidden = !batch;
  byId("go-single").ariaCurrent = batch ? null : "page";
  byId("go-batch").ariaCurrent = batch ? "page" : null;
  document.title = batch ? `${page.say("batch")}: ${page.say("brand")}` : page.say("brand");
  if (batch) void using(lazy.batch, ({ openBatch }) => openBatch(page));
  else if (moved) byId("title").focus();
  if (location.hash.includes("="))
    void using(lazy.filling, ({ open }) => open(page, location.hash));
}

/** @param {ClipboardEvent} event */
function paste({ clipboardData, target }) {
  const text = clipboardData?.getData("text/plain");
  const closed = byId("single").hidden || byId("features").inert;
  const elsewhere = closed || (target instanceof Element && target.id === "sample-label");
  if (text && !elsewhere) void using(lazy.filling, (filling) => filling.paste(page, text));
}

function listen() {
  /** @param {string} id @param {() => unknown} act */
  const press = (id, act) => byId(id).addEventListener("click", act);
  press("yes", () => answerGate(true));
  press("no", () => answerGate(false));
  press("clear", () => using(lazy.filling, ({ clear }) => clear(page)));
  press("undo", () => using(lazy.filling, ({ undo }) => undo(page)));
  press("language", switchLanguage);
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll("[data-scores]")
  )) {
    const scores = button.dataset.scores ?? "";
    const fill = () => using(lazy.filling, ({ example }) => example(page, scores));
    button.addEventListener("click", fill);
  }
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("yes").focus();
  });
  byId("case").addEventListener("submit", (event) => {
    event.preventDefault();
    void using(lazy.case, ({ classify }) => classify(page));
  });
  byId("features").addEventListener("keydown", chooseByKey);
  byId("features").addEventListener("change", () => page.changed());
  document.addEventListener("paste", paste);
  window.addEventListener("hashchange", () => route(true));
  for (const kind of ["pointerdown", "keydown", "focusin"]) {
    document.addEventListener(kind, gather);
  }
}

async function start() {
  // Warms the service while the scores are chosen; silent, as nobody waits for it yet
  fetch("/v1/health").then(
    (response) => response.text(),
    () => {},
  );
  const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language;
  // The page comes in English; another language is not to be seen replacing it line by line
  const chosen = asked.startsWith("de") ? "de" : "en";
  if (chosen !== "en") document.body.style.visibility = "hidden";
  try {
    const [response] = await Promise.all([fetch("features.json"), speak(chosen)]);
    page.schema = await response.json();
    renderFeatures(byId("features"), page);
  } catch {
    byId("broken").hidden = false;
    root.dataset.state = "broken";
    return;
  } finally {
    document.body.style.visibility = "";
  }
  page.redraws.add(() => renderFeatures(byId("features"), page));
  byId("rest").hidden = false;
  page.enter("ready");
  listen();
  route(false);
}

void start();
