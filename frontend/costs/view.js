/** Draws the estimates of the costs page: a sentence and two tables. */
import { byId, el } from "../shared/dom.js";
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
  const rows = found.map((each) =>
    row(
      optionName(words, each),
      [
        usd(words, total(each)),
        capacity(words, each),
        milliseconds(words, each.typicalMs),
        milliseconds(words, each.slowMs),
      ],
      each === least && "least",
    ),
  );
  return table(
    words.say("table_caption"),
    keys.map((key) => words.say(`col_${key}`)),
    rows,
  );
}

/** @param {Words} words @param {Estimate[]} found */
function linesTable(words, found) {
  const names = [...new Set(found.flatMap(({ lines }) => Object.keys(lines)))];
  const rows = names.map((name) =>
    row(
      words.say(/** @type {CostsKey} */ (`line_${name}`)),
      found.map(({ lines }) => (name in lines ? usd(words, lines[name]) : "–")),
    ),
  );
  const sums = found.map((each) => usd(words, total(each)));
  const head = [words.say("col_line"), ...found.map((each) => optionName(words, each))];
  return [
    ...table(words.say("lines_caption"), head, rows),
    el("tfoot", {}, row(words.say("sum"), sums)),
  ];
}

/** @param {string} caption @param {string[]} head @param {Node[]} rows */
const table = (caption, head, rows) => [
  el("caption", {}, caption),
  el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, name)))),
  el("tbody", {}, ...rows),
];

/** @param {string} name @param {string[]} cells @param {string | false} [className] */
const row = (name, cells, className = false) =>
  el(
    "tr",
    { class: className },
    el("th", { scope: "row" }, name),
    ...cells.map((cell) => el("td", { class: "number" }, cell)),
  );
