/** Turns one answered case into the result card. */
import { byId, el, svg } from "./dom.js";
import { reasons } from "./reasons.js";
import * as words from "./wording.js";

/** @import { Case, Key, Page } from "./types.js" */

/** Shape as well as colour: round, diamond, triangle. */
/** @type {Record<string, string>} */
const ICONS = {
  benign: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  inconclusive: "M12 1 23 12 12 23 1 12z",
  malignant: "M12 2 23 21H1z",
};

/** @param {string} name a category */
export const icon = (name) =>
  svg(
    "svg",
    { viewBox: "0 0 24 24", class: `icon ${name}`, "aria-hidden": "true" },
    svg("path", { d: ICONS[name] ?? ICONS.inconclusive }),
  );

/** @param {Page} page @param {Case} answered */
export function showResult(page, answered) {
  const { prediction } = answered;
  const category = words.category(prediction);
  const title = el(
    "h2",
    { id: "result-title", tabindex: "-1", class: category },
    icon(category),
    words.categoryText(page, category),
  );
  const card = byId("result");
  card.replaceChildren(
    title,
    el("p", { class: "sentence" }, words.ofHundred(page, prediction.probability)),
    ...notes(page, answered),
    iconArray(page, prediction.probability),
    reasons(page, answered),
    el("h3", {}, page.say("limits")),
    el("ul", {}, ...page.schema.limits_of_use.map((limit) => el("li", {}, page.own(limit)))),
    facts(page, answered),
  );
  card.hidden = false;
  title.focus();
}

/** What the reader should know before the number. @param {Page} page @param {Case} answered */
function notes(page, { prediction }) {
  const lines = [];
  if (prediction.inconclusive) {
    lines.push(page.say(prediction.prediction_set.length ? "both_possible" : "neither_likely"));
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
  return lines.length ? [el("ul", { class: "notes" }, ...lines.map((l) => el("li", {}, l)))] : [];
}

/** A hundred signs, malignant ones first. @param {Page} page @param {number} probability */
function iconArray(page, probability) {
  const whole = Math.min(99, Math.max(1, Math.round(probability * 100)));
  const signs = { filled: "", hollow: "" };
  for (let index = 0; index < 100; index++) {
    const [x, y] = [(index % 10) * 10 + 5, Math.floor(index / 10) * 10 + 5];
    if (index < whole) signs.filled += `M${x} ${y - 4}l4.4 7.6h-8.8z`;
    else signs.hollow += `M${x - 3} ${y}a3 3 0 1 0 6 0 3 3 0 1 0-6 0z`;
  }
  return el(
    "figure",
    { class: "hundred" },
    svg(
      "svg",
      { viewBox: "0 0 100 100", role: "img", "aria-label": words.ofHundred(page, probability) },
      svg("path", { class: "malignant", d: signs.filled }),
      svg("path", { class: "benign", d: signs.hollow }),
    ),
    el("figcaption", {}, page.say("hundred_key")),
  );
}

/** @param {Page} page @param {Case} answered */
function facts(page, { prediction, model, requestId, time, label }) {
  /** @type {[Key, string][]} */
  const entries = [
    ["fact_probability", words.probabilityText(page, prediction.probability)],
    ["fact_threshold", page.number(prediction.threshold, 4)],
    ["fact_model", `${model.name} ${model.version}`],
    ["fact_time", words.timeText(time)],
    ["fact_request", requestId],
  ];
  if (label) entries.unshift(["fact_label", label]);
  return el(
    "dl",
    { class: "facts" },
    ...entries.flatMap(([key, value]) => [el("dt", {}, page.say(key)), el("dd", {}, value)]),
  );
}
