/** Answers on this device, from what the service says of its model. */
import { calibration, sigmoid } from "../shared/link.js";
import { average, fillings } from "../shared/missing.js";
import { logOdds } from "../shared/words.js";
import { described, levels, once, read } from "./model.js";
import { moved, shift } from "./prevalence.js";

/** @import { Engine, Feature, Page, Prediction, Row } from "../shared/types.js" */

/** @type {Engine | null} */
let engine = null;

export const ready = () => engine;

export const load = once(async (page) => (engine = await build(page)));

/** @param {Page} page @returns {Promise<Engine>} */
async function build(page) {
  const { schema } = page;
  const about = await described(page);
  const { name, version, prevalence: trained, tolerance } = about;
  const points = about.scorecard && additive(about.scorecard, schema.features);
  const calibrate = calibration(about.link);
  const odds = points?.odds ?? (await evaluator());
  const probability = (/** @type {Row} */ row) => sigmoid(calibrate(odds(row)));
  const tried = schema.features.map((feature) => levels(about, feature));
  return {
    tolerance,
    model: { name, version, engine: "browser", prevalence: trained },
    answer(values, prevalence = null) {
      const filled = fillings(values, about.given, tried);
      if (!filled) return null;
      const answers = filled.map(({ row }) => probability(row));
      const found = average(filled, answers);
      const why = points && reasons(values, points, inverse(calibrate, found), schema.features);
      const answer = { ...decide(values, found, answers, about, schema), ...why };
      return moved(answer, shift(prevalence, trained));
    },
  };
}

/** Other models: row → log-odds. @returns {Promise<(row: Row) => number>} */
async function evaluator() {
  const [document, engine] = await Promise.all([read("model.json"), import("../shared/engine.js")]);
  const probability = engine.parse(document);
  return (row) => logit(probability(row));
}

/** What each value adds to the log-odds, where a model is points alone. */
/** @param {{ base: number, points: Record<string, number[]> }} scorecard @param {Feature[]} features */
function additive({ base, points }, features) {
  const parts = (/** @type {Row} */ row) =>
    features.map(({ name, min, values }, column) => {
      const own = row[column];
      const place = values ? values.findIndex(({ value }) => value === own) : Number(own) - min;
      return own === null ? 0 : (points[name][place] ?? 0);
    });
  const odds = (/** @type {Row} */ row) => parts(row).reduce((sum, part) => sum + part, base);
  return { base, parts, odds };
}

/** A model that votes can be unanimous; its log-odds end here. */
const SUREST = 1e-9;

/** @param {number} probability */
const logit = (probability) => logOdds(Math.min(Math.max(probability, SUREST), 1 - SUREST));

/** The log-odds that are calibrated to a probability. */
/** @param {(odds: number) => number} calibrate @param {number} probability */
function inverse(calibrate, probability) {
  const wanted = logOdds(probability);
  let [low, high] = [-60, 60];
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (calibrate(middle) < wanted) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * @param {Row} values
 * @param {number} probability
 * @param {number[]} answers to every way of filling the gaps
 * @param {any} about GET /v1/model
 * @param {Page["schema"]} schema
 * @returns {Prediction}
 */
function decide(values, probability, answers, { threshold, conformal }, schema) {
  const { features, classes, negative, positive } = schema;
  const label = (/** @type {number} */ p) => (p >= threshold ? positive : negative);
  const possible = {
    [negative]: probability <= conformal[`${negative}_at_most`],
    [positive]: probability >= conformal[`${positive}_at_least`],
  };
  const names = classes.map(({ name }) => name);
  const set = names.filter((name) => possible[name]);
  const missing = features.filter((_, index) => values[index] === null);
  const warnings = missing.map(({ name }) => ({ code: "missing_score", field: name, message: "" }));
  /** @type {[number, number]} */
  const range = [Math.min(...answers), Math.max(...answers)];
  const crosses = label(range[0]) !== label(range[1]);
  if (crosses) warnings.push({ code: "decisive_missing_score", field: "", message: "" });
  return {
    label: label(probability),
    probability,
    inconclusive: set.length !== 1 || crosses,
    prediction_set: crosses ? names : set,
    prediction_set_level: conformal.level,
    threshold,
    ...(missing.length && { probability_range: range }),
    warnings,
  };
}

/**
 * What each value adds; missing ones share equally what the others leave.
 *
 * @param {Row} values
 * @param {ReturnType<typeof additive>} model
 * @param {number} total log-odds of the answer
 * @param {Page["schema"]["features"]} features
 */
function reasons(values, { base, parts }, total, features) {
  const found = parts(values);
  const known = found.reduce((sum, part) => sum + part, base);
  const part = (total - known) / values.filter((value) => value === null).length;
  const entries = features.map(({ name }, i) => [name, values[i] === null ? part : found[i]]);
  return { base, contributions: Object.fromEntries(entries), contributions_exact: true };
}

/**
 * How far the service's answer is from this device's; 0 where they agree or cannot be compared.
 *
 * @param {Row} values
 * @param {Prediction} prediction
 * @param {string} version of the model that gave it
 * @param {number | null} prevalence that it was given for
 */
export function difference(values, prediction, version, prevalence) {
  if (engine?.model.version !== version) return 0;
  const own = engine.answer(values, prevalence);
  if (!own) return 0;
  const apart = Math.abs(own.probability - prediction.probability);
  const same = own.label === prediction.label && own.inconclusive === prediction.inconclusive;
  if (same && apart <= engine.tolerance) return 0;
  const { dataset } = document.documentElement;
  dataset.differences = String(Number(dataset.differences ?? 0) + 1);
  return apart || engine.tolerance;
}
