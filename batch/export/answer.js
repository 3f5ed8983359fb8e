/** What a program or a page asks an exported additive model. */
import { average, frequencies, parse } from "../../frontend/shared/engine.js";

/** @import { Row } from "../../frontend/shared/types.js" */

/** Rows with more missing values than this have a range and no probability, as the average over
 * them takes too long. */
const MOST_MISSING = 3;

/**
 * @param {{ document: any, threshold: number, negative: string, positive: string, features: any[], logs: number[][][] }} exported
 */
export function answering({ document, threshold, negative, positive, features, logs }) {
  const model = parse(document);
  const classes = logs.map((tables) => frequencies(features, tables));
  const label = (/** @type {number} */ probability) =>
    probability >= threshold ? positive : negative;
  return {
    features,
    /**
     * The log-odds are before the calibration, in whole numbers of 2^-44; low and high differ
     * where a value is missing.
     *
     * @param {Row} row values in the order of the features, null where one is missing
     * @throws {RangeError} where the model does not know a value
     */
    answer(row) {
      const ends = [0, 1].map((end) => row.map((value, at) => value ?? model.bounds(at)[end]));
      const [low, high] = ends.map((filled) =>
        model.parts(filled).reduce((sum, part) => sum + part, model.base),
      );
      if (row.length !== features.length || Number.isNaN(low))
        throw new RangeError("unknown value");
      const missing = row.filter((value) => value === null).length;
      const [least, most] = ends.map(model.probability);
      const filled = missing
        ? (/** @type {Row} */ r) => average(r, model.probability, classes)
        : model.probability;
      const probability = missing > MOST_MISSING ? null : filled(row);
      const decided = label(least) === label(most) ? label(least) : null;
      return {
        log_odds: [low * 2 ** 44, high * 2 ** 44],
        probability,
        probability_range: [least, most],
        label: probability === null ? decided : label(probability),
      };
    },
  };
}
