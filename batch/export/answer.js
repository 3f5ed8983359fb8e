/** What a program or a page asks an exported model. */
import { parse } from "../../frontend/shared/engine.js";
import { calibration, sigmoid } from "../../frontend/shared/link.js";
import { average, fillings } from "../../frontend/shared/missing.js";

/** @import { Row } from "../../frontend/shared/types.js" */

/** Whole numbers of 2^-44 log-odds, and the probability nearest to 0 that has log-odds. */
const WHOLE = 2 ** 44;
const SUREST = 1e-9;

/** @param {number} probability */
const logit = (probability) => {
  const p = Math.min(Math.max(probability, SUREST), 1 - SUREST);
  return Math.log(p / (1 - p));
};

/**
 * `ends` holds, of an additive model, the values of each column with the least and the most points;
 * `link` is null where nothing is calibrated.
 *
 * @param {{ document: any, link: any, ends: Row[] | null, threshold: number, negative: string, positive: string, features: any[], given: any }} exported
 */
export function answering({ document, link, ends, threshold, negative, positive, ...rest }) {
  const { features, given } = rest;
  const raw = parse(document);
  const calibrate = link ? calibration(link) : (/** @type {number} */ odds) => odds;
  const odds = ends ? raw : (/** @type {Row} */ row) => logit(raw(row));
  const probability =
    ends || link ? (/** @type {Row} */ row) => sigmoid(calibrate(odds(row))) : raw;
  const levels = features.map(({ min, max }) => ({
    values: Array.from({ length: max - min + 1 }, (_, step) => min + step),
  }));
  const label = (/** @type {number} */ p) => (p >= threshold ? positive : negative);
  const isKnown = (/** @type {any} */ value, /** @type {number} */ at) =>
    value === null || levels[at]?.values.includes(value);
  return {
    features,
    /**
     * The range is over all values that are missing. The log-odds of an additive model are before
     * the calibration, in whole numbers of 2^-44. Too many ways to fill the gaps leave no
     * probability, and of other models no range.
     *
     * @param {Row} row values in the order of the features, null where one is missing
     * @throws {RangeError} where the model does not know a value
     */
    answer(row) {
      if (row.length !== features.length || !row.every(isKnown))
        throw new RangeError("unknown value");
      const filled = fillings(row, given, levels);
      const found =
        filled &&
        average(
          filled,
          filled.map((each) => probability(each.row)),
        );
      const tried = ends
        ? [0, 1].map((end) => row.map((value, at) => value ?? ends[at][end]))
        : filled?.map((each) => each.row);
      const reached = tried?.map(probability);
      const range = reached && [Math.min(...reached), Math.max(...reached)];
      const decided = range && label(range[0]) === label(range[1]) ? label(range[0]) : null;
      return {
        log_odds: ends && tried ? tried.map((each) => raw(each) * WHOLE) : null,
        probability: found,
        probability_range: range ?? null,
        label: found === null ? decided : label(found),
      };
    },
  };
}
