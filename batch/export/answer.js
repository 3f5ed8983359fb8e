/** What a program or a page asks an exported additive model. */
import { parse } from "../../frontend/shared/engine.js";

/** @import { Row } from "../../frontend/shared/types.js" */

/** @typedef {{ positions: number[][], shares: number[][][] }} Given */

/** Rows with more missing values than this have a range and no probability, as the average over
 * them takes too long. */
const MOST_MISSING = 3;

/** Adds as Python does, which keeps what each addition rounds off. @param {number[]} numbers */
function sum(numbers) {
  let [high, lost] = [0, 0];
  for (const number of numbers) {
    const total = high + number;
    const [large, small] = Math.abs(high) < Math.abs(number) ? [number, high] : [high, number];
    lost += large - total + small;
    high = total;
  }
  return high + lost;
}

/**
 * The average over what missing values could be, given the position of the known ones; as
 * cytology/missing.py. A row without gaps has one filling: itself.
 *
 * @param {Row} row
 * @param {(row: Row) => number} probability
 * @param {(string | number)[][]} values of each feature
 * @param {Given} given
 */
function averaged(row, probability, values, { positions, shares }) {
  const known = row.flatMap((value, at) =>
    value === null ? [] : [positions[at][values[at].indexOf(value)]],
  );
  const position = known.length ? sum(known) / known.length : 0.5;
  /** @type {{ filled: Row, share: number }[]} */
  let fillings = [{ filled: row, share: 1 }];
  row.forEach((value, gap) => {
    if (value !== null) return;
    const steps = shares[gap].length - 1;
    const below = Math.min(Math.floor(position * steps), steps - 1);
    const part = position * steps - below;
    const own = shares[gap][below].map(
      (one, level) => (1 - part) * one + part * shares[gap][below + 1][level],
    );
    fillings = fillings.flatMap(({ filled, share }) =>
      values[gap].map((value, level) => ({
        filled: filled.with(gap, value),
        share: share * own[level],
      })),
    );
  });
  const total = sum(fillings.map(({ filled, share }) => share * probability(filled)));
  return Math.min(Math.max(total / sum(fillings.map(({ share }) => share)), 0), 1);
}

/**
 * @param {{ document: any, threshold: number, negative: string, positive: string, features: any[], values: (string | number)[][], given: Given }} exported
 */
export function answering({ document, threshold, negative, positive, features, values, given }) {
  const model = parse(document);
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
      const probability =
        missing > MOST_MISSING ? null : averaged(row, model.probability, values, given);
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
