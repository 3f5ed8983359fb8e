/** Draws, for every feature, the answers that its other values would give. */
import { button, el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { predict } from "../shared/service.js";
import { category, categoryText, labelOf, probabilityText } from "../shared/words.js";
import { choices } from "./fields.js";
import { move } from "./grid.js";
import { ready } from "./local.js";

/** @import { Case, Page, Prediction, Row, Strip } from "../shared/types.js" */

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

/** This device answers where it has the same model, else one call asks for every alternative. */
/** @param {Page} page @param {Case} answered @returns {Promise<Strip[]>} */
async function ask(page, { values, prediction, model, prevalence }) {
  /** @type {Row[]} */
  const samples = [];
  const plan = page.schema.features.flatMap((feature, index) => {
    const places = (choices(feature) ?? []).map((value) => {
      if (value === values[index]) return { score: value, at: -1 };
      return { score: value, at: samples.push(values.with(index, value)) - 1 };
    });
    return places.length ? [{ name: feature.name, places }] : [];
  });
  const engine = ready();
  const answers =
    engine?.model.version === model.version
      ? samples.map((sample) => engine.predict(sample, prevalence))
      : (await predict(samples, { explain: false, prevalence })).answer.predictions;
  return plan.map(({ name, places }) => ({
    name,
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
  const names = page.schema.features.map(({ name }) => name);
  for (const { name, cells } of strips) {
    const label = labelOf(page, name);
    const nearest = change(page, cells, values[names.indexOf(name)], category(page, prediction));
    const notes = nearest
      ? [
          page.say("changes_at", {
            score: nearest.score,
            category: categoryText(page, category(page, nearest.prediction)),
          }),
        ]
      : [page.say("changes_never")];
    // What the service itself says of the label; the category has a band in between
    const other = prediction.what_would_change?.[name];
    if (other && other !== nearest?.score) notes.push(page.say("label_at", { score: other }));
    const head = el(
      "div",
      { role: "rowheader" },
      el("b", {}, label),
      el("span", {}, notes.join("; ")),
    );
    const row = el("div", { role: "row", "aria-label": label }, head);
    row.append(...cells.map((each) => cell(page, label, each)));
    made.append(row);
  }
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

/** @param {Page} page @param {string} label @param {Cell} one */
function cell(page, label, { score, prediction, chosen }) {
  const kind = category(page, prediction);
  const text = page.say(chosen ? "whatif_is" : "whatif_were", {
    feature: label,
    score,
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
      "data-share": percent(page, prediction.probability),
    },
    String(score),
    icon(kind),
  );
}

/** Whole per cent, and never a plain 0 or 100. @param {Page} page @param {number} probability */
function percent(page, probability) {
  if (probability < 0.01) return page.say("percent_under");
  if (probability > 0.99) return page.say("percent_over");
  return page.say("percent", { number: Math.round(probability * 100) });
}

/**
 * The nearest value with another category.
 *
 * @param {Page} page
 * @param {Cell[]} cells
 * @param {number | string | null} value
 * @param {string} now
 */
function change(page, cells, value, now) {
  const from = cells.findIndex(({ score }) => score === value);
  const others = [...cells.entries()].filter(([, each]) => category(page, each.prediction) !== now);
  others.sort(([a], [b]) => Math.abs(a - from) - Math.abs(b - from) || a - b);
  return others[0]?.[1];
}
