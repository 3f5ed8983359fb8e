/** Draws the sign of a category: shape as well as colour, round, diamond or triangle. */
import { svg } from "./dom.js";
import { ofHundred } from "./words.js";

/** @import { Prediction } from "./types.js" */

/** @type {Record<string, string>} */
const SHAPES = {
  negative: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z",
  inconclusive: "M12 1 23 12 12 23 1 12z",
  positive: "M12 2 23 21H1z",
};

/** @param {string} name a category */
export const icon = (name) =>
  svg(
    "svg",
    { viewBox: "0 0 24 24", class: `icon ${name}`, "aria-hidden": "true" },
    svg("path", { d: SHAPES[name] }),
  );

/**
 * A hundred signs: the positive ones, those that a missing score decides, the negative ones.
 *
 * @param {Prediction} prediction
 * @param {string} text
 */
export function hundred({ probability, probability_range: range }, text) {
  const [low, high] = (range ?? [probability, probability]).map(ofHundred);
  const signs = { positive: "", inconclusive: "", negative: "" };
  for (let index = 0; index < 100; index++) {
    const [x, y] = [(index % 10) * 10 + 5, Math.floor(index / 10) * 10 + 5];
    if (index < low) signs.positive += `M${x} ${y - 4}l4.4 7.6h-8.8z`;
    else if (index < high) signs.inconclusive += `M${x} ${y - 4}l4 4-4 4-4-4z`;
    else signs.negative += `M${x - 3} ${y}a3 3 0 1 0 6 0 3 3 0 1 0-6 0z`;
  }
  return svg(
    "svg",
    { viewBox: "0 0 100 100", role: "img", "aria-label": text },
    ...Object.entries(signs).map(([name, d]) => d && svg("path", { class: name, d })),
  );
}
