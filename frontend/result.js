/** Turns one answered case into the result card. */
import { actions } from "./actions.js";
import { byId, el } from "./dom.js";
import { hundred, icon } from "./icons.js";
import { place } from "./place.js";
import { reasons } from "./reasons.js";
import { link } from "./share.js";
import { whatIf } from "./whatif.js";
import * as words from "./wording.js";

/** @import { Case, Key, Page } from "./types.js" */

/** @param {Page} page @param {Case} answered */
export function showResult(page, answered) {
  const { prediction } = answered;
  const category = words.category(prediction);
  const sentence = words.ofHundred(page, prediction.probability);
  const card = byId("result");
  card.replaceChildren(
    el(
      "h2",
      { id: "result-title", tabindex: "-1", class: category },
      icon(category),
      words.categoryText(page, category),
    ),
    el("p", { class: "out-of-date" }, page.say("stale")),
    el(
      "div",
      { class: "gist" },
      el(
        "figure",
        { class: "hundred" },
        hundred(prediction.probability, sentence),
        el("figcaption", {}, page.say("hundred_key")),
      ),
      el("div", {}, el("p", { class: "sentence" }, sentence), ...notes(page, answered)),
    ),
    actions(page, answered),
    reasons(page, answered),
    whatIf(page, answered),
    place(page, answered),
    el("h3", {}, page.say("limits")),
    el(
      "ul",
      { class: "limits" },
      ...page.schema.limits_of_use.map((limit) => el("li", {}, page.own(limit))),
    ),
    facts(page, answered),
  );
  card.hidden = false;
}

/** What the reader should know beside the number. @param {Page} page @param {Case} answered */
function notes(page, { prediction }) {
  const lines = [];
  if (prediction.inconclusive) {
    lines.push(page.say(prediction.prediction_set.length ? "both_possible" : "neither_likely"));
    lines.push(page.say("leaning", { label: words.className(page, prediction.label) }));
  }
  if (prediction.probability_range) {
    const [low, high] = prediction.probability_range.map((p) => words.probabilityText(page, p));
    lines.push(page.say("range", { low, high }));
  }
  for (const { code, field, message } of prediction.warnings) {
    const key = /** @type {Key} */ (`warning_${code}`);
    const feature = words.labelOf(page, field);
    lines.push(page.knows(key) ? page.say(key, { feature }) : message);
  }
  return lines.length
    ? [el("ul", { class: "notes" }, ...lines.map((line) => el("li", {}, line)))]
    : [];
}

/** @param {Page} page @param {Case} answered */
function facts(page, { scores, prediction, model, requestId, time, label }) {
  /** @type {[Key, string][]} */
  const entries = [
    ["fact_scores", scores.map((score) => score ?? page.schema.missing).join(" ")],
    ["fact_probability", words.probabilityText(page, prediction.probability)],
    ["fact_threshold", page.number(prediction.threshold, 4)],
    ["fact_model", `${model.name} ${model.version}`],
    ["fact_time", words.timeText(time)],
    ["fact_request", requestId],
    ["fact_link", link(scores)],
  ];
  if (prediction.fragility !== undefined) {
    const share = page.number(prediction.fragility * 100, 1);
    entries.splice(3, 0, ["fact_fragility", page.say("fragility", { share })]);
  }
  if (label) entries.unshift(["fact_label", label]);
  return el(
    "dl",
    { class: "facts" },
    ...entries.flatMap(([key, value]) => [
      el("dt", { class: key }, page.say(key)),
      el("dd", { class: key }, value),
    ]),
  );
}
