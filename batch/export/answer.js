/** What a program or a page asks an exported additive model. */
import { parse } from "../../frontend/shared/engine.js";
import { average, fillings } from "../../frontend/shared/missing.js";

/** @import { Row } from "../../frontend/shared/types.js" */

/**
 * @param {{ document: any, threshold: number, negative: string, positive: string, features: any[], given: any }} exported
 */
export function answering({ document, threshold, negative, positive, features, given }) {
  const probability = parse(document);
  const tables = document.tables.map((/** @type {any} */ { column, values, points }) => ({
    column,
    points: new Map(
      values.map((/** @type {any} */ value, /** @type {number} */ at) => [value, points[at]]),
    ),
  }));
  const levels = features.map(({ min, max }) => ({
    values: Array.from({ length: max - min + 1 }, (_, step) => min + step),
  }));
  /** @param {Row} row */
  const sum = (row) =>
    tables.reduce(
      (/** @type {number} */ total, /** @type {any} */ { column, points }) =>
        total + (points.get(row[column]) ?? NaN),
      document.base,
    );
  /** The values of a column with the least and the most points. @param {number} at */
  const bounds = (at) => {
    const { points } = tables.find((/** @type {any} */ { column }) => column === at);
    const known = [...points].filter(([value]) => value !== null).sort(([, a], [, b]) => a - b);
    return [known[0][0], known[known.length - 1][0]];
  };
  const label = (/** @type {number} */ p) => (p >= threshold ? positive : negative);
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
      const ends = [0, 1].map((end) => row.map((value, at) => value ?? bounds(at)[end]));
      const [low, high] = ends.map(sum);
      if (row.length !== features.length || Number.isNaN(low))
        throw new RangeError("unknown value");
      const [least, most] = ends.map(probability);
      // Too many ways to fill the gaps leave a range and no probability
      const filled = fillings(row, given, levels);
      const found =
        filled &&
        average(
          filled,
          filled.map((each) => probability(each.row)),
        );
      const decided = label(least) === label(most) ? label(least) : null;
      return {
        log_odds: [low, high],
        probability: found,
        probability_range: [least, most],
        label: found === null ? decided : label(found),
      };
    },
  };
}
