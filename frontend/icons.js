/** Turns a category into its sign: shape as well as colour, round, diamond or triangle. */
import { svg } from "./dom.js";

/** @type {Record<string, string>} */
const SHAPES = {
  benign: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z",
  inconclusive: "M12 1 23 12 12 23 1 12z",
  malignant: "M12 2 23 21H1z",
};

/** @param {string} name a category */
export const icon = (name) =>
  svg(
    "svg",
    { viewBox: "0 0 24 24", class: `icon ${name}`, "aria-hidden": "true" },
    svg("path", { d: SHAPES[name] ?? SHAPES.inconclusive }),
  );

/** A hundred signs, malignant ones first. @param {number} probability @param {string} text */
export function hundred(probability, text) {
  const signs = { filled: "", hollow: "" };
  // Never 0 and never 100, as the sentence beside it
  const whole = Math.min(99, Math.max(1, Math.round(probability * 100)));
  for (let index = 0; index < 100; index++) {
    const [x, y] = [(index % 10) * 10 + 5, Math.floor(index / 10) * 10 + 5];
    if (index < whole) signs.filled += `M${x} ${y - 4}l4.4 7.6h-8.8z`;
    else signs.hollow += `M${x - 3} ${y}a3 3 0 1 0 6 0 3 3 0 1 0-6 0z`;
  }
  return svg(
    "svg",
    { viewBox: "0 0 100 100", role: "img", "aria-label": text },
    svg("path", { class: "malignant", d: signs.filled }),
    svg("path", { class: "benign", d: signs.hollow }),
  );
}
