/** Answers on this device, from the model that the service describes. */
import { average, frequencies, fromScorecard, parse } from "../shared/engine.js";
import { moved, shift } from "./prevalence.js";

/** @import { Page, Prediction, Row } from "../shared/types.js" */

/** @typedef {{ name: string, version: string, engine: string, prevalence: number }} Model */
/** @typedef {{ predict: (values: Row, prevalence?: number | null) => Prediction, model: Model }} Engine */

/** Two answers of the same model differ by rounding at most. */
const TOLERANCE = 1e-9;

/** @type {Engine | null} */
let engine = null;
/** @type {Promise<Engine> | null} */
let loading = null;

export const ready = () => engine;

/** @param {Page} page @returns {Promise<Engine>} */
export function load(page) {
  loading ??= read(page).then(
    (loaded) => (engine = loaded),
    (error) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}

/** @param {Page} page @returns {Promise<Engine>} */
async function read({ schema }) {
  const described = await (await fetch("/v1/model")).json();
  const document = described.scorecard
    ? fromScorecard(described)
    : await (await fetch("model.json")).json();
  const { name, version, threshold, conformal, prevalence: trained } = described;
  const evaluated = parse(document);
  const limits = {
    negative: conformal[`${schema.negative}_at_most`],
    positive: conformal[`${schema.positive}_at_least`],
  };
  const model = { name, version, engine: "browser", prevalence: trained };
  const classes = [schema.negative, schema.positive].map((name) =>
    frequencies(described.features, described.log_frequencies[name]),
  );
  const filled = (/** @type {Row} */ values) => average(values, evaluated.probability, classes);
  return {
    model,
    predict: (values, prevalence = null) =>
      moved(
        decide(values, evaluated, filled, threshold, limits, schema),
        shift(prevalence, trained),
      ),
  };
}

/**
 * @param {Row} values
 * @param {ReturnType<typeof parse>} model
 * @param {(values: Row) => number} filled the average over what missing values could be
 * @param {number} threshold
 * @param {{ negative: number, positive: number }} limits
 * @param {Page["schema"]} schema
 * @returns {Prediction}
 */
function decide(
  values,
  model,
  filled,
  threshold,
  limits,
  { features, classes, negative, positive },
) {
  const gaps = values.filter((value) => value === null).length;
  const probability = gaps ? filled(values) : model.probability(values);
  const label = (/** @type {number} */ p) => (p >= threshold ? positive : negative);
  const possible = {
    [negative]: probability <= limits.negative,
    [positive]: probability >= limits.positive,
  };
  const set = classes.map(({ name }) => name).filter((name) => possible[name]);
  const parts = model.parts(values);
  const known = parts.reduce((sum, part) => sum + (part || 0), model.base);
  const part = gaps ? (model.total(probability) - known) / gaps : 0;
  const missing = features.filter((_, index) => values[index] === null);
  const warnings = missing.map(({ name }) => ({ code: "missing_score", field: name, message: "" }));
  const at = (/** @type {0 | 1} */ end) =>
    model.probability(values.map((value, column) => value ?? model.bounds(column)[end]));
  /** @type {[number, number]} */
  const range = [at(0), at(1)];
  const crosses = label(range[0]) !== label(range[1]);
  if (crosses) {
    warnings.push({ code: "decisive_missing_score", field: "", message: "" });
  }
  return {
    label: label(probability),
    probability,
    inconclusive: set.length !== 1 || crosses,
    prediction_set: crosses ? classes.map(({ name }) => name) : set,
    threshold,
    base: model.base,
    contributions: Object.fromEntries(
      features.map(({ name }, index) => [name, values[index] === null ? part : parts[index]]),
    ),
    contributions_exact: true,
    ...(missing.length && { probability_range: range }),
    warnings,
  };
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
  const own = engine.predict(values, prevalence);
  const apart = Math.abs(own.probability - prediction.probability);
  const same = own.label === prediction.label && own.inconclusive === prediction.inconclusive;
  if (same && apart <= TOLERANCE) return 0;
  const { dataset } = document.documentElement;
  dataset.differences = String(Number(dataset.differences ?? 0) + 1);
  return apart || TOLERANCE;
}
