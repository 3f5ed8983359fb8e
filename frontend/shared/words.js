/** Writes the numbers of an answer in the words that every view shares. */

/** @import { Feature, Key, Page, Prediction, Row, Value } from "./types.js" */

/** Whether a value that is missing decides the label. @param {Prediction} prediction */
export const depends = ({ warnings }) =>
  warnings.some(({ code }) => code === "decisive_missing_score");

/** What the card is headed with: the label, unless another cannot be ruled out. */
/** @param {Page} page @param {Prediction} prediction @returns {string} */
export const category = (page, prediction) =>
  prediction.inconclusive || depends(prediction)
    ? "inconclusive"
    : prediction.label === page.schema.positive
      ? "positive"
      : "negative";

/** @param {Page} page @param {string} name a category */
export const categoryText = (page, name) =>
  name === "inconclusive"
    ? page.say("inconclusive")
    : page.say("resembles", {
        name: classNames(page)[/** @type {"positive" | "negative"} */ (name)],
      });

/** Both classes by name, for the places of a text. @param {Page} page */
export const classNames = (page) => ({
  positive: className(page, page.schema.positive),
  negative: className(page, page.schema.negative),
});

/** @param {Page} page @param {string} name @returns {string} the class in the reader's language */
export const className = ({ schema }, name) =>
  schema.classes.find((each) => each.name === name)?.label ?? name;

/** @param {number} probability */
export const logOdds = (probability) => Math.log(probability / (1 - probability));

/** Of 100: never 0 and never 100, as no model is that sure. @param {number} probability */
export const ofHundred = (probability) => Math.min(99, Math.max(1, Math.round(probability * 100)));

/** @param {Page} page @param {Prediction} prediction */
export function sentence(page, { probability, probability_range: range }) {
  const names = classNames(page);
  const [low, high] = (range ?? [probability, probability]).map(ofHundred);
  if (low !== high) return page.say("of100_range", { low, high, ...names });
  const share = probability * 100;
  if (share < 1) return page.say("of100_low", names);
  if (share > 99) return page.say("of100_high", names);
  return page.say("of100", { count: low, others: 100 - low, ...names });
}

/** @param {Page} page @param {number} probability four decimals, and never a plain 0 or 1 */
export function probabilityText(page, probability) {
  if (probability < 0.0001) return page.say("under", { number: page.number(0.0001, 4) });
  if (probability > 0.9999) return page.say("over", { number: page.number(0.9999, 4) });
  return page.number(probability, 4);
}

/** Whole per cent, and never a plain 0 or 100. @param {Page} page @param {number} probability */
export function percentText(page, probability) {
  if (probability < 0.01) return page.say("percent_under");
  if (probability > 0.99) return page.say("percent_over");
  return page.say("percent", { number: Math.round(probability * 100) });
}

/** The range where a value is missing, else the probability. @param {Page} page @param {Prediction} prediction */
export const rangeText = (page, { probability, probability_range: range }) =>
  range
    ? range.map((each) => probabilityText(page, each)).join(" – ")
    : probabilityText(page, probability);

/** @param {Page} page @param {number} value log-odds with their sign */
export const signed = (page, value) => (value < 0 ? "−" : "+") + page.number(Math.abs(value), 2);

/** One value with its unit. @param {Page} page @param {Feature} feature @param {Value} value */
export function valueText(page, { values, unit }, value) {
  if (value === null || value === undefined) return page.say("not_known");
  const text =
    typeof value === "number"
      ? page.number(value)
      : (values.find((each) => each.value === value)?.label ?? value);
  return unit ? `${text} ${unit}` : text;
}

/** A row as it can be pasted into the form. @param {Page} page @param {Row} values */
export const rowText = ({ schema }, values) =>
  values
    .map((value) => value ?? schema.missing)
    .join(schema.features.every(({ kind }) => kind === "whole") ? " " : "; ");

/** @param {Page} page @param {string} name a feature's name @returns {string} */
export const labelOf = ({ schema }, name) =>
  schema.features.find((each) => each.name === name)?.label ?? name;

/** @param {Page} page @param {{ code: string, field: string, message: string }} warning */
export function warningText(page, { code, field, message }) {
  const key = /** @type {Key} */ (`warning_${code}`);
  return page.knows(key) ? page.say(key, { feature: labelOf(page, field) }) : message;
}

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {Date} time minutes are enough, and UTC needs no guess about the reader's clock */
export const timeText = (time) => `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
