/** Turns an answered case into a strip of all answers that one other score would give. */
import { predict } from "./api.js";
import { button, el } from "./dom.js";
import { move } from "./grid.js";
import { icon } from "./icons.js";
import { category, categoryText, labelOf, probabilityText } from "./wording.js";

/** @import { Case, Page, Prediction, Strip } from "./types.js" */

/** @typedef {Strip["cells"][number]} Cell */

/** @param {Page} page @param {Case} answered */
export function whatIf(page, answered) {
  const body = el("div", { class: "body" }, el("p", { class: "hint" }, page.say("working")));
  const draw = async () => {
    try {
      answered.strips ??= ask(page, answered);
      body.replaceChildren(...grid(page, answered, await answered.strips));
    } catch {
      answered.strips = undefined;
      const again = button(page.say("again"), () => void draw());
      body.replaceChildren(el("p", {}, page.say("whatif_failed")), again);
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

/** One call for every one-feature alternative. @param {Page} page @param {Case} answered */
async function ask(page, { scores, prediction }) {
  /** @type {(number | null)[][]} */
  const samples = [];
  const plan = page.schema.features.map(({ name, min, max }, index) => {
    const places = Array.from({ length: max - min + 1 }, (_, step) => {
      const score = min + step;
      if (score === scores[index]) return { score, at: -1 };
      return { score, at: samples.push(scores.with(index, score)) - 1 };
    });
    return { name, places };
  });
  const { answer } = await predict(samples, { explain: false });
  return plan.map(({ name, places }) => ({
    name,
    cells: places.map(({ score, at }) => ({
      score,
      prediction: at < 0 ? prediction : /** @type {Prediction} */ (answer.predictions[at]),
      chosen: at < 0,
    })),
  }));
}

/** @param {Page} page @param {Case} answered @param {Strip[]} strips */
function grid(page, { scores, prediction }, strips) {
  const readout = el("p", { class: "readout" }, page.say("whatif_point"));
  const made = el("div", { role: "grid", "aria-labelledby": "whatif-title" });
  for (const [index, { name, cells }] of strips.entries()) {
    const label = labelOf(page, name);
    const nearest = change(cells, scores[index], category(prediction));
    const notes = nearest
      ? [
          page.say("changes_at", {
            score: nearest.score,
            category: categoryText(page, category(nearest.prediction)),
          }),
        ]
      : [page.say("changes_never")];
    // What the service itself says of the label; the category has a band in between
    const other = prediction.what_would_change?.[name];
    if (other && other !== nearest?.score) notes.push(page.say("label_at", { score: other }));
    const note = el("span", {}, notes.join("; "));
    const head = el("div", { role: "rowheader" }, el("b", {}, label), note);
    made.append(
      el(
        "div",
        { role: "row", "aria-label": label },
        head,
        ...cells.map((each) => cell(page, label, each)),
      ),
    );
  }
  made.querySelector("[role=gridcell]")?.setAttribute("tabindex", "0");
  made.addEventListener("keydown", move);
  for (const kind of ["focusin", "pointerover"]) {
    made.addEventListener(kind, ({ target }) => {
      const text = /** @type {Element} */ (target).closest("[role=gridcell]")?.ariaLabel;
      if (text) readout.textContent = text;
    });
  }
  return [readout, made];
}

/** @param {Page} page @param {string} label @param {Cell} one */
function cell(page, label, { score, prediction, chosen }) {
  const kind = category(prediction);
  const text = page.say(chosen ? "whatif_is" : "whatif_were", {
    feature: label,
    score,
    category: categoryText(page, kind),
    probability: probabilityText(page, prediction.probability),
  });
  return el(
    "div",
    { role: "gridcell", tabindex: "-1", class: kind, "aria-label": text, "data-chosen": chosen },
    String(score),
    icon(kind),
  );
}

/** The nearest score with another category. @param {Cell[]} cells @param {number | null} score @param {string} now */
function change(cells, score, now) {
  const from = score ?? 0;
  return cells
    .filter((each) => category(each.prediction) !== now)
    .sort((a, b) => Math.abs(a.score - from) - Math.abs(b.score - from) || a.score - b.score)[0];
}
