/** Draws the result card of one answered case. */
import { byId, el } from "../shared/dom.js";
import { hundred, icon } from "../shared/icons.js";
import * as words from "../shared/words.js";
import { actions } from "./actions.js";
import { place } from "./place.js";
import { prevalenceText } from "./prevalence.js";
import { reasons } from "./reasons.js";
import { link } from "./share.js";
import { whatIf } from "./whatif.js";

/** @import { Case, Key, Page } from "../shared/types.js" */

/** @param {Page} page @param {Case} answered */
export function showResult(page, answered) {
  const { prediction } = answered;
  const category = words.category(page, prediction);
  const sentence = words.sentence(page, prediction);
  const key = page.say("hundred_key", words.classNames(page));
  const lines = notes(page, answered);
  const limits = page.schema.limits_of_use;
  byId("result").replaceChildren(
    el(
      "h2",
      { id: "result-title", tabindex: "-1", class: category },
      icon(category),
      words.depends(prediction) ? page.say("depends") : words.categoryText(page, category),
    ),
    el("p", { class: "out-of-date" }),
    ...fromRow(page, answered),
    el(
      "div",
      { class: "gist" },
      el("figure", { class: "hundred" }, hundred(prediction, sentence), el("figcaption", {}, key)),
      el(
        "div",
        {},
        el("p", { class: "sentence" }, sentence),
        lines.length && el("ul", { class: "notes" }, ...lines.map((line) => el("li", {}, line))),
      ),
    ),
    actions(page, answered, lines),
    reasons(page, answered),
    whatIf(page, answered),
    place(page, answered),
    ...(limits.length
      ? [
          el("h3", {}, page.say("limits")),
          el("ul", { class: "limits" }, ...limits.map((limit) => el("li", {}, limit))),
        ]
      : []),
    facts(page, answered),
  );
  page.check();
}

/** The way back to the table. @param {Page} page @param {Case} answered */
function fromRow(page, { tableRow }) {
  if (tableRow === undefined) return [];
  const back = el("a", { href: "#batch" }, page.say("back_to_table"));
  return [el("p", { class: "from-row" }, page.say("from_row", { row: tableRow + 1 }), " ", back)];
}

/** The level of prediction sets, unless the training data hold few samples of a class. */
const USUAL_LEVEL = 0.99;

/** What the reader should know beside the number. @param {Page} page @param {Case} answered */
function notes(page, { prediction, source, difference, prevalence }) {
  const lines = [];
  if (prevalence !== null) lines.push(prevalenceText(page, prevalence));
  if (difference) lines.push(page.say("difference"));
  if (source !== "service") lines.push(page.say(`note_${source}`));
  if (prediction.inconclusive) {
    lines.push(page.say(prediction.prediction_set.length ? "both_possible" : "neither_likely"));
  }
  if (prediction.inconclusive || words.depends(prediction)) {
    lines.push(page.say("leaning", { label: words.className(page, prediction.label) }));
  }
  if (prediction.probability_range) {
    const [low, high] = prediction.probability_range.map((p) => words.probabilityText(page, p));
    lines.push(page.say("range", { low, high }));
  }
  const level = prediction.prediction_set_level;
  if (level < USUAL_LEVEL) {
    const [shown, usual] = [level, USUAL_LEVEL].map((each) => page.number(each * 100));
    lines.push(page.say(level ? "level" : "level_none", { level: shown, usual }));
  }
  lines.push(...prediction.warnings.map((warning) => words.warningText(page, warning)));
  if (prediction.decisive_unknowns) {
    const ranked = prediction.decisive_unknowns.map(
      (each) => `${words.labelOf(page, each.field)} ${words.percentText(page, each.probability)}`,
    );
    lines.push(page.say("decisive", { ranked: ranked.join(", ") }));
  }
  return lines;
}

/** @param {Page} page @param {Case} answered */
function facts(page, answered) {
  const { values, prediction, model, requestId, time, label, source, prevalence } = answered;
  const names = words.classNames(page);
  /** @type {[Key, string][]} */
  const entries = [
    ["fact_values", words.rowText(page, values)],
    ["fact_probability", words.probabilityText(page, prediction.probability)],
    ["fact_threshold", page.number(prediction.threshold, 4)],
    ["fact_model", `${model.name} ${model.version}`],
    ["fact_time", words.timeText(time)],
    ["fact_by", page.say(`by_${source}`)],
    ["fact_link", link(page, values, prevalence)],
  ];
  if (requestId) entries.splice(6, 0, ["fact_request", requestId]);
  if (prediction.fragility !== undefined) {
    const share = page.number(prediction.fragility * 100, 1);
    entries.splice(3, 0, ["fact_fragility", page.say("fragility", { share })]);
  }
  if (label) entries.unshift(["fact_label", label]);
  return el(
    "dl",
    { class: "facts" },
    ...entries.flatMap(([key, value]) => [
      el("dt", { class: key }, page.say(key, names)),
      el("dd", { class: key }, value),
    ]),
  );
}
