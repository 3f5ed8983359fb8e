/** Evaluates a model.json of kind "sum" in the page: a row in, log-odds and probability out. */

/** @import { Row } from "./types.js" */

/** Points are whole numbers of 2^-44 log-odds, so that every language adds to the same number. */
const SCALE = 2 ** 44;

/** @typedef {(value: number) => number} Step */

/** @type {Record<string, (link: any) => Step>} */
const LINKS = {
  sigmoid:
    ({ slope = 1, offset = 0 }) =>
    (value) =>
      1 / (1 + Math.exp(-(slope * value + offset))),
  complement: () => (value) => 1 - value,
  beta:
    ({ a, b, c }) =>
    (value) => {
      const p = Math.min(Math.max(value, 2 ** -52), 1 - 2 ** -52);
      return a * Math.log(p) - b * Math.log(1 - p) + c;
    },
  /** Log-odds → calibrated probability: ln p and ln(1 - p) without the rounding of p. */
  calibration:
    ({ a, b, c }) =>
    (value) => {
      const tail = Math.log1p(Math.exp(-Math.abs(value)));
      const odds = c - a * (Math.max(-value, 0) + tail) + b * (Math.max(value, 0) + tail);
      return odds < 0 ? Math.exp(odds) / (1 + Math.exp(odds)) : 1 / (1 + Math.exp(-odds));
    },
  isotonic:
    ({ x, y }) =>
    (value) => {
      const after = x.findIndex((/** @type {number} */ each) => each > value);
      if (after === 0) return y[0];
      if (after < 0) return y[y.length - 1];
      const [x0, y0] = [x[after - 1], y[after - 1]];
      return ((y[after] - y0) / (x[after] - x0)) * (value - x0) + y0;
    },
};

/**
 * @param {any} model the document, or a part of it
 * @returns {{ probability: (row: Row) => number, parts: (row: Row) => number[], total: (probability: number) => number, base: number, bounds: (column: number) => number[] }}
 * @throws {Error} where the page cannot evaluate this kind of model
 */
export function parse(model) {
  if (model.kind !== "sum" || model.inputs || model.terms?.length) throw new Error(model.kind);
  const tables = model.tables.map((/** @type {any} */ { column, values, points }) => ({
    column,
    points: new Map(
      values.map((/** @type {any} */ value, /** @type {number} */ i) => [value, points[i]]),
    ),
  }));
  const links = (model.link ?? []).map((/** @type {any} */ link) => LINKS[link.kind](link));
  const points = (/** @type {Row} */ row) =>
    tables.map((/** @type {any} */ table) => table.points.get(row[table.column]) ?? NaN);
  const total = (/** @type {Row} */ row) =>
    points(row).reduce(
      (/** @type {number} */ sum, /** @type {number} */ part) => sum + part,
      model.base,
    ) / SCALE;
  return {
    base: model.base / SCALE,
    probability: (row) =>
      links.reduce(
        (/** @type {number} */ value, /** @type {Step} */ link) => link(value),
        total(row),
      ),
    /** The total before the links that gives a probability. */
    total: (probability) => {
      let [low, high] = [-60, 60];
      for (let step = 0; step < 80; step += 1) {
        const middle = (low + high) / 2;
        const found = links.reduce(
          (/** @type {number} */ value, /** @type {Step} */ link) => link(value),
          middle,
        );
        if (found < probability) low = middle;
        else high = middle;
      }
      return high;
    },
    parts: (row) => points(row).map((/** @type {number} */ part) => part / SCALE),
    /** The values of a column that give the least and the most. */
    bounds: (column) => {
      const { points } = tables.find((/** @type {any} */ each) => each.column === column);
      const known = [...points].filter(([value]) => value !== null).sort(([, a], [, b]) => a - b);
      return [known[0][0], known[known.length - 1][0]];
    },
  };
}

/** The document that says the same as an additive model's points. @param {any} described GET /v1/model */
export function fromScorecard({ features, scorecard, link }) {
  const whole = (/** @type {number} */ points) => Math.round(points * SCALE);
  const tables = features.map((/** @type {any} */ { name, min }, /** @type {number} */ column) => {
    const points = scorecard.points[name];
    const values = points.map((/** @type {number} */ _, /** @type {number} */ step) => min + step);
    return { column, values, points: points.map(whole) };
  });
  const chain = link ? { kind: "calibration", ...link } : { kind: "sigmoid" };
  return { kind: "sum", base: whole(scorecard.base), tables, link: [chain] };
}

/**
 * Shares of each value of each column in a class. @param {any[]} features @param {number[][]} logs
 */
export function frequencies(features, logs) {
  return features.map(({ min }, column) => {
    const counts = logs[column].slice(1).map(Math.exp);
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count, step) => ({ value: min + step, share: count / total }));
  });
}

/**
 * The average over what missing values could be; each class has its own frequencies.
 *
 * @param {Row} row
 * @param {(row: Row) => number} probability
 * @param {ReturnType<typeof frequencies>[]} classes of the negative and of the positive class
 */
export function average(row, probability, classes) {
  const gaps = row.flatMap((value, column) => (value === null ? [column] : []));
  /** @param {Row} filled @param {number} from @param {number[]} shares @returns {number[]} */
  const sums = (filled, from, shares) => {
    if (from === gaps.length) return shares.map((share) => share * probability(filled));
    const column = gaps[from];
    const parts = classes[0][column].map(({ value }, step) =>
      sums(
        filled.with(column, value),
        from + 1,
        shares.map((share, which) => share * classes[which][column][step].share),
      ),
    );
    return parts.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  };
  const [negative, positive] = sums(row, 0, [1, 1]);
  return negative / (1 - positive + negative);
}
