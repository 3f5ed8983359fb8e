/** Turns log-odds into probabilities, with and without a model's calibration. */

/** @param {number} odds log-odds */
export const sigmoid = (odds) =>
  odds < 0 ? Math.exp(odds) / (1 + Math.exp(odds)) : 1 / (1 + Math.exp(-odds));

/** Calibrated log-odds, from ln p and ln(1 - p) without the rounding of p. */
/** @param {{ a: number, b: number, c: number }} link @returns {(odds: number) => number} */
export const calibration =
  ({ a, b, c }) =>
  (odds) => {
    const tail = Math.log1p(Math.exp(-Math.abs(odds)));
    return c - a * (Math.max(-odds, 0) + tail) + b * (Math.max(odds, 0) + tail);
  };
