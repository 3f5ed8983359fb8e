/** Draws the estimates of the costs page: a sentence and two tables. */
import { byId, column, el, row } from "../shared/dom.js";
import { estimates, total } from "./model.js";
import { plot } from "./plot.js";

/** @import { Estimate, Inputs, Traffic } from "./model.js" */
/** @import { CostsKey, Words } from "./page.js" */

/** @param {Words} words @param {Traffic} traffic @param {Inputs} inputs */
export function draw(words, traffic, inputs) {
  const found = estimates(traffic, inputs);
  const least = found.reduce((best, each) => (total(each) < total(best) ? each : best));
  const values = { option: optionName(words, least), usd: usd(words, total(least)) };
  const sentence = words.say("cheapest", values);
  byId("cheapest").textContent = sentence;
  byId("options").replaceChildren(...optionsTable(words, found, least));
  byId("lines").replaceChildren(...linesTable(words, found));
  byId("plot").replaceChildren(...plot(words, traffic, inputs, sentence));
}

/** @param {Words} words @param {{ option: string }} estimate */
export const optionName = (words, { option }) =>
  words.say(/** @type {CostsKey} */ (`option_${option}`));

/** @param {Words} words @param {number} amount */
const usd = (words, amount) => words.number(amount, { style: "currency", currency: "USD" });

/** @param {Words} words @param {number | null} ms */
function milliseconds(words, ms) {
  if (ms === null) return words.say("unknown");
  const digits = ms < 10 ? 1 : 0;
  const shape = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return words.say("milliseconds", { number: words.number(ms, shape) });
}

/** @param {Words} words @param {Estimate} estimate */
function capacity(words, { option, size, units, beyondQuota }) {
  const serverless = option === "lambda" || option === "sagemaker-serverless";
  const key = beyondQuota ? "units_beyond" : serverless ? "units_concurrency" : "units_hosts";
  return words.say(key, { size, units: words.number(units) });
}

/** @param {Words} words @param {Estimate[]} found @param {Estimate} least */
function optionsTable(words, found, least) {
  const keys = /** @type {const} */ (["option", "usd", "units", "typical", "slow"]);
  const head = keys.map((key) => words.say(`col_${key}`));
  const rows = found.map((each) => {
    const times = [each.typicalMs, each.slowMs].map((ms) => milliseconds(words, ms));
    const cells = [usd(words, total(each)), capacity(words, each), ...times];
    return numbers(optionName(words, each), cells, each === least ? "least" : "");
  });
  return parts(words.say("table_caption"), head, rows);
}

/** @param {Words} words @param {Estimate[]} found */
function linesTable(words, found) {
  const names = [...new Set(found.flatMap(({ lines }) => Object.keys(lines)))];
  const rows = names.map((name) =>
    numbers(
      words.say(/** @type {CostsKey} */ (`line_${name}`)),
      found.map(({ lines }) => (name in lines ? usd(words, lines[name]) : "–")),
    ),
  );
  const sums = found.map((each) => usd(words, total(each)));
  const head = [words.say("col_line"), ...found.map((each) => optionName(words, each))];
  return [
    ...parts(words.say("lines_caption"), head, rows),
    el("tfoot", {}, numbers(words.say("sum"), sums)),
  ];
}

/** @param {string} caption @param {string[]} head @param {Node[]} rows */
const parts = (caption, head, rows) => [
  el("caption", {}, caption),
  el("thead", {}, el("tr", {}, ...head.map((name) => column(name)))),
  el("tbody", {}, ...rows),
];

/** @param {string} name @param {string[]} cells @param {string} [className] */
function numbers(name, cells, className = "") {
  const made = row(name, ...cells.map((cell) => el("td", { class: "number" }, cell)));
  made.className = className;
  return made;
}
