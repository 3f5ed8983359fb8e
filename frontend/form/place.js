/** Draws where a case lies among the training samples. */
import { el, svg } from "../shared/dom.js";
import { classNames, logOdds, probabilityText } from "../shared/words.js";
import { built, described, once, read } from "./model.js";
import { shift } from "./prevalence.js";

/** @import { Case, Counts, Page } from "../shared/types.js" */

const WIDTH = 300;
const HALF = 50;
const TICKS = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999];
/** Left out where the screen is narrow. */
const MINOR = [0.01, 0.5, 0.99];
/** A number nearer than this to the border would be cut. */
const EDGE = 12;

/** The counts, and the model's limits; null where there are no counts. */
export const counts = once(async (page) => {
  if (!(await built(page)).counts) return null;
  const [reference, model] = await Promise.all([read("reference.json"), described(page)]);
  return { reference, model };
});

/** Nothing is drawn where the model came without its counts. */
/** @param {Page} page @param {Case} answered */
export function place(page, { prediction: { probability }, prevalence }) {
  const host = el("section", { class: "place", "aria-labelledby": "place-title", hidden: true });
  counts(page).then(
    (found) => {
      if (!found) return;
      const { reference, model } = found;
      // The training samples have their own prevalence, whatever was asked for
      const odds = logOdds(probability) - shift(prevalence, model.prevalence);
      host.append(...draw(page, odds, reference, model.conformal));
      host.hidden = false;
    },
    () => {},
  );
  return host;
}

/**
 * @param {Page} page
 * @param {number} given log-odds of the case
 * @param {Counts} reference
 * @param {Record<string, number>} [limits]
 */
function draw(page, given, reference, limits) {
  const { edges } = reference;
  const { negative: lower, positive: upper } = page.schema;
  const [negative, positive] = [reference[lower], reference[upper]];
  const [low, high] = [edges[0], edges[edges.length - 1]];
  const inside = (/** @type {number} */ odds) => Math.min(high, Math.max(low, odds));
  const x = (/** @type {number} */ odds) => ((inside(odds) - low) / (high - low)) * WIDTH;
  const odds = inside(given);
  const bin = Math.max(
    0,
    edges.findLastIndex((edge, i) => edge <= odds && i < negative.length),
  );
  const tallest = Math.max(...negative, ...positive, 1);
  const bars = (/** @type {number[]} */ counts, /** @type {1 | -1} */ side) =>
    counts.map((count, index) => {
      const height = (count / tallest) * (HALF - 2);
      return svg("rect", {
        x: x(edges[index]) + 0.5,
        width: Math.max(0.5, x(edges[index + 1]) - x(edges[index]) - 1),
        y: side > 0 ? HALF - height : HALF,
        height,
      });
    });
  const from = x(logOdds(limits?.[`${upper}_at_least`] ?? 0.5));
  const to = x(logOdds(limits?.[`${lower}_at_most`] ?? 0.5));
  const text = page.say("place_here", {
    ...classNames(page),
    below: negative[bin],
    above: positive[bin],
    low: probabilityText(page, 1 / (1 + Math.exp(-edges[bin]))),
    high: probabilityText(page, 1 / (1 + Math.exp(-edges[bin + 1]))),
  });
  return [
    el("h3", { id: "place-title" }, page.say("place")),
    el("p", {}, text),
    svg(
      "svg",
      { viewBox: `-6 -14 ${WIDTH + 12} ${2 * HALF + 30}`, role: "img", "aria-label": text },
      to > from &&
        svg("rect", { class: "band", x: from, width: to - from, y: 0, height: 2 * HALF }),
      svg("g", { class: "negative" }, ...bars(negative, 1)),
      svg("g", { class: "positive" }, ...bars(positive, -1)),
      svg("path", { class: "axis", d: `M0 ${HALF}h${WIDTH}` }),
      svg("path", {
        class: "here",
        d: `M${x(odds)} -2v${2 * HALF + 2}m-5 ${-2 * HALF - 8}h10l-5 7z`,
      }),
      ...TICKS.filter((tick) => x(logOdds(tick)) > EDGE && x(logOdds(tick)) < WIDTH - EDGE).map(
        (tick) =>
          svg(
            "text",
            { x: x(logOdds(tick)), y: 2 * HALF + 12, class: MINOR.includes(tick) && "minor" },
            page.number(tick, String(tick).length - 2),
          ),
      ),
    ),
    el(
      "p",
      { class: "hint" },
      page.say("place_key", { ...classNames(page), count: total(negative) + total(positive) }),
    ),
  ];
}

/** @param {number[]} counts */
const total = (counts) => counts.reduce((sum, count) => sum + count, 0);
