/** Draws, for every feature, the answers that its other values would give. */
import { button, el, svg } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { predict } from "../shared/service.js";
import { category, categoryText, probabilityText, valueText } from "../shared/words.js";
import { percentText } from "../shared/words.js";
import { choices } from "./fields.js";
import { ready } from "./local.js";
import { described, levels } from "./model.js";

/** @import { Case, Feature, Page, Prediction, Row, Strip, Value } from "../shared/types.js" */

/** @typedef {Strip["cells"][number]} Cell */

/** Asked for once per case, also where the card is drawn again. @type {WeakMap<Case, Promise<Strip[]>>} */
const asked = new WeakMap();

/** @param {Page} page @param {Case} answered */
export function whatIf(page, answered) {
  const body = el("div", { class: "body" }, el("p", { class: "hint" }, page.say("working")));
  const draw = async () => {
    try {
      const strips = asked.get(answered) ?? ask(page, answered);
      asked.set(answered, strips);
      body.replaceChildren(...grid(page, answered, await strips));
    } catch {
      asked.delete(answered);
      const again = button(page.say("again"), () => void draw());
      body.replaceChildren(el("p", { class: "failed" }, page.say("whatif_failed")), again);
    }
  };
  void draw();
  return el(
    "section",
    { class: "whatif", "aria-labelledby": "whatif-title" },
    el("h3", { id: "whatif-title" }, page.say("whatif")),
    el("p", { class: "hint" }, page.say("whatif_hint")),
    body,
  );
}

/** The values that a feature is tried with, in order, its own among them. */
/** @param {any} about GET /v1/model @param {Feature} feature @param {Row[number]} own */
function tried(about, feature, own) {
  const values = choices(feature) ?? levels(about, feature).values;
  if (own === null || values.includes(own)) return values;
  return [...values, own].sort((a, b) => Number(a) - Number(b));
}

/** This device answers where it has the same model, else one call asks for every alternative. */
/** @param {Page} page @param {Case} answered @returns {Promise<Strip[]>} */
async function ask(page, { values, prediction, model, prevalence }) {
  const { features } = page.schema;
  const about = features.every(choices) ? null : await described(page);
  /** @type {Row[]} */
  const samples = [];
  const plan = features.map((feature, index) => ({
    feature,
    places: tried(about, feature, values[index]).map((value) => {
      if (value === values[index]) return { score: value, at: -1 };
      return { score: value, at: samples.push(values.with(index, value)) - 1 };
    }),
  }));
  const engine = ready();
  const own =
    engine?.model.version === model.version
      ? samples.map((sample) => engine.answer(sample, prevalence))
      : [null];
  const answers = own.includes(null)
    ? (await predict(samples, { explain: false, prevalence })).answer.predictions
    : own;
  return plan.map(({ feature, places }) => ({
    feature,
    cells: places.map(({ score, at }) => ({
      score,
      prediction: at < 0 ? prediction : /** @type {Prediction} */ (answers[at]),
      chosen: at < 0,
    })),
  }));
}

/** @param {Page} page @param {Case} answered @param {Strip[]} strips */
function grid(page, { values, prediction }, strips) {
  const readout = el("p", { class: "readout" }, page.say("whatif_point"));
  const made = el("div", { role: "grid", "aria-labelledby": "whatif-title" });
  strips.forEach(({ feature, cells }, index) => {
    const text = (/** @type {Value} */ value) => valueText(page, feature, value);
    const nearest = change(page, cells, values[index], category(page, prediction));
    const notes = [page.say("changes_never")];
    if (nearest) {
      const kind = categoryText(page, category(page, nearest.prediction));
      notes[0] = page.say("changes_at", { score: text(nearest.score), category: kind });
    }
    // What the service itself says of the label; the category has a band in between
    const other = prediction.what_would_change?.[feature.name] ?? null;
    if (other !== null && other !== nearest?.score)
      notes.push(page.say("label_at", { score: text(other) }));
    const typed = !choices(feature);
    const head = el(
      "div",
      { role: "rowheader" },
      el("b", {}, feature.label),
      el("span", {}, notes.join("; ")),
      typed && curve(cells),
    );
    const few = typed || cells.length < 6;
    const shape = feature.kind === "category" ? "words" : few && "typed";
    const row = el("div", { role: "row", "aria-label": feature.label, class: shape }, head);
    row.append(...cells.map((each) => cell(page, feature, each)));
    made.append(row);
  });
  made.querySelector("[role=gridcell]")?.setAttribute("tabindex", "0");
  made.addEventListener("keydown", move);
  const tell = (/** @type {Event} */ { target }) => {
    const text = /** @type {Element} */ (target).closest("[role=gridcell]")?.ariaLabel;
    if (text) readout.textContent = text;
  };
  made.addEventListener("focusin", tell);
  made.addEventListener("pointerdown", tell);
  made.addEventListener("pointermove", (event) => {
    // A cell that scrolls under a resting pointer was not pointed at
    if (event.movementX || event.movementY) tell(event);
  });
  return [readout, made];
}

const [WIDTH, HEIGHT] = [100, 20];

/** The probability over the values of a number. @param {Cell[]} cells */
function curve(cells) {
  const values = cells.map(({ score }) => Number(score));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (/** @type {number} */ value) => ((value - low) / (high - low || 1)) * WIDTH;
  const points = cells.map(
    ({ prediction }, index) => `${x(values[index])} ${(1 - prediction.probability) * HEIGHT}`,
  );
  const own = cells.findIndex(({ chosen }) => chosen);
  return svg(
    "svg",
    {
      class: "curve",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    },
    svg("path", { class: "axis", d: `M0 ${HEIGHT}h${WIDTH}` }),
    own >= 0 && svg("path", { class: "own", d: `M${x(values[own])} 0v${HEIGHT}` }),
    svg("path", { class: "line", d: `M${points.join("L")}` }),
  );
}

/** @param {Page} page @param {Feature} feature @param {Cell} one */
function cell(page, feature, { score, prediction, chosen }) {
  const kind = category(page, prediction);
  const text = page.say(chosen ? "whatif_is" : "whatif_were", {
    feature: feature.label,
    score: valueText(page, feature, score),
    category: categoryText(page, kind),
    probability: probabilityText(page, prediction.probability),
  });
  return el(
    "div",
    {
      role: "gridcell",
      tabindex: "-1",
      class: kind,
      "aria-label": text,
      "data-chosen": chosen,
      "data-share": percentText(page, prediction.probability),
    },
    valueText(page, { ...feature, unit: "" }, score),
    icon(kind),
  );
}

/**
 * The nearest value with another category.
 *
 * @param {Page} page
 * @param {Cell[]} cells
 * @param {Value} value
 * @param {string} now
 */
function change(page, cells, value, now) {
  const from = cells.findIndex(({ score }) => score === value);
  const others = [...cells.entries()].filter(([, each]) => category(page, each.prediction) !== now);
  others.sort(([a], [b]) => Math.abs(a - from) - Math.abs(b - from) || a - b);
  return others[0]?.[1];
}

/** Arrow keys walk the grid; one cell at a time is in the tab order. @param {KeyboardEvent} event */
function move(event) {
  const from = /** @type {HTMLElement} */ (event.target);
  const row = /** @type {HTMLElement} */ (from.parentElement);
  const rows = [.../** @type {HTMLElement} */ (row.parentElement).children];
  const column = [...row.children].indexOf(from);
  /** @type {Record<string, Element | undefined>} */
  const targets = {
    ArrowLeft: row.children[Math.max(1, column - 1)],
    ArrowRight: row.children[column + 1],
    ArrowUp: rows[rows.indexOf(row) - 1]?.children[column],
    ArrowDown: rows[rows.indexOf(row) + 1]?.children[column],
    Home: row.children[1],
    End: row.lastElementChild ?? undefined,
  };
  if (!(event.key in targets)) return;
  event.preventDefault();
  const to = /** @type {HTMLElement | undefined} */ (targets[event.key]);
  if (!to) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}
