/** Draws the contributions of an answer as bars about zero, in a table. */
import { column, el, row, svg, table } from "../shared/dom.js";
import { classNames, signed, valueText } from "../shared/words.js";

/** @import { Case, Page } from "../shared/types.js" */

/** @param {Page} page @param {Case} answered */
export function reasons(page, { prediction, values }) {
  const { base = 0, contributions, contributions_exact: exact } = prediction;
  if (!contributions) return el("p", {}, page.say("no_reasons"));
  const parts = Object.entries(contributions).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const widest = Math.max(...parts.map(([, value]) => Math.abs(value)), Math.abs(base), 1e-9);
  const sum = parts.reduce((total, [, value]) => total + value, base);
  const { features } = page.schema;
  const total = row(page.say("sum"), el("td"), number(page, sum));
  return el(
    "section",
    { class: "reasons", "aria-labelledby": "reasons-title" },
    el("h3", { id: "reasons-title" }, page.say("reasons")),
    el(
      "p",
      { class: "hint" },
      page.say(exact ? "reasons_exact" : "reasons_rough", classNames(page)),
    ),
    table(
      {},
      [
        column(page.say("col_feature")),
        column(page.say("col_towards", classNames(page)), "bar"),
        column(page.say("col_logodds"), "number"),
      ],
      [
        ...parts.map(([name, value]) => {
          const index = features.findIndex((feature) => feature.name === name);
          const text = valueText(page, features[index], values[index]);
          return part(page, `${features[index].label}: ${text}`, value, widest);
        }),
        part(page, page.say("base"), base, widest),
      ],
      exact && el("tfoot", {}, total),
    ),
  );
}

/** @param {Page} page @param {number} value */
const number = (page, value) => el("td", { class: "number" }, signed(page, value));

/** @param {Page} page @param {string} text @param {number} value @param {number} widest */
function part(page, text, value, widest) {
  const width = (Math.abs(value) / widest) * 50;
  return row(
    text,
    el(
      "td",
      { class: "bar" },
      svg(
        "svg",
        { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", {
          class: value < 0 ? "negative" : "positive",
          x: value < 0 ? 50 - width : 50,
          y: 1,
          width,
          height: 8,
        }),
        svg("path", { class: "axis", d: "M50 0v10" }),
      ),
    ),
    number(page, value),
  );
}
