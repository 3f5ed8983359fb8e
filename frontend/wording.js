/** Turns numbers of an answer into the words that the card, the history and the batch share. */

/** @import { Feature, Key, Page, Prediction } from "./types.js" */

/** What the card is headed with: the label, unless it cannot be told from the other class. */
/** @param {Prediction} prediction @returns {string} */
export const category = (prediction) =>
  prediction.inconclusive ? "inconclusive" : prediction.label;

/** @param {Page} page @param {string} name a category */
export const categoryText = (page, name) => page.say(/** @type {Key} */ (`category_${name}`));

/** @param {Page} page @param {string} name a class of the schema */
export const className = (page, name) => page.say(/** @type {Key} */ (`class_${name}`));

/** @param {number} probability */
export const logOdds = (probability) => Math.log(probability / (1 - probability));

/**
 * Of 100: never 0 and never 100, as no model is that sure.
 *
 * @param {Page} page
 * @param {number} probability
 */
export function ofHundred(page, probability) {
  const share = probability * 100;
  if (share < 1) return page.say("of100_low");
  if (share > 99) return page.say("of100_high");
  return page.say("of100", { positive: Math.round(share), negative: 100 - Math.round(share) });
}

/** @param {Page} page @param {number} probability four decimals, and never a plain 0 or 1 */
export function probabilityText(page, probability) {
  if (probability < 0.0001) return page.say("under", { number: page.number(0.0001, 4) });
  if (probability > 0.9999) return page.say("over", { number: page.number(0.9999, 4) });
  return page.number(probability, 4);
}

/** @param {Page} page @param {number} value log-odds with their sign */
export const signed = (page, value) => (value < 0 ? "−" : "+") + page.number(Math.abs(value), 2);

/** @param {Page} page @param {number | null} score */
export const scoreText = (page, score) => (score === null ? page.say("not_scored") : String(score));

/** @param {Page} page @param {string} name a feature's name @returns {string} */
export function labelOf(page, name) {
  const feature = page.schema.features.find((/** @type {Feature} */ each) => each.name === name);
  return feature ? page.own(feature.label) : name;
}

/** @param {Date} time minutes are enough, and UTC needs no guess about the reader's clock */
export const timeText = (time) => `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
