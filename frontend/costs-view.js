/** Turns estimates into the two tables, the plot and the sentence of the costs page. */
import { estimates, total } from "./costs-model.js";
import { byId, el, svg } from "./dom.js";

/** @import { Estimate, Inputs, Traffic } from "./types.js" */
/** @import { CostsKey, Words } from "./costs.js" */

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 56;
const RIGHT = 20;
const TOP = 10;
const BOTTOM = 40;
/** Powers of ten of requests a month and of USD a month. */
const X = [2, 10.5];
const Y = [-2, 6];
const POINTS = 60;
/** Lines differ in their dashes: colour alone would not tell six apart. */
const DASHES = ["none", "1 4", "7 3", "12 3 2 3", "2 2", "14 5"];

/** @param {Words} words @param {Traffic} traffic @param {Inputs} inputs */
export function draw(words, traffic, inputs) {
  const found = estimates(traffic, inputs);
  const least = found.reduce((best, each) => (total(each) < total(best) ? each : best));
  const sentence = words.say("cheapest", {
    home: homeName(words, least.home),
    usd: usd(words, total(least)),
  });
  byId("cheapest").textContent = sentence;
  byId("homes").replaceChildren(...homesTable(words, found, least));
  byId("parts").replaceChildren(...partsTable(words, found));
  byId("plot").replaceChildren(...plot(words, traffic, inputs, sentence));
}

/** @param {Words} words @param {string} home */
const homeName = (words, home) => words.say(/** @type {CostsKey} */ (`home_${home}`));

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
function capacity(words, { home, size, units, beyondQuota }) {
  const serverless = home === "lambda" || home === "sagemaker-serverless";
  const key = beyondQuota ? "units_beyond" : serverless ? "units_concurrency" : "units_hosts";
  return words.say(key, { size, units: words.number(units) });
}

/** @param {Words} words @param {Estimate[]} found @param {Estimate} least */
function homesTable(words, found, least) {
  const head = /** @type {const} */ ([
    "col_home",
    "col_usd",
    "col_units",
    "col_typical",
    "col_slow",
  ]);
  return [
    el("caption", {}, words.say("table_caption")),
    header(head.map((key) => words.say(key))),
    el(
      "tbody",
      {},
      ...found.map((each) =>
        el(
          "tr",
          { class: each === least && "least" },
          el("th", { scope: "row" }, homeName(words, each.home)),
          el("td", { class: "number" }, usd(words, total(each))),
          el("td", {}, capacity(words, each)),
          el("td", { class: "number" }, milliseconds(words, each.typicalMs)),
          el("td", { class: "number" }, milliseconds(words, each.slowMs)),
        ),
      ),
    ),
  ];
}

/** @param {Words} words @param {Estimate[]} found */
function partsTable(words, found) {
  const lines = [...new Set(found.flatMap(({ lines }) => Object.keys(lines)))];
  const cells = (/** @type {(estimate: Estimate) => number | undefined} */ amount) =>
    found.map((each) => {
      const found = amount(each);
      return el("td", { class: "number" }, found === undefined ? "–" : usd(words, found));
    });
  return [
    el("caption", {}, words.say("parts_caption")),
    header([words.say("col_line"), ...found.map(({ home }) => homeName(words, home))]),
    el(
      "tbody",
      {},
      ...lines.map((line) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, words.say(/** @type {CostsKey} */ (`line_${line}`))),
          ...cells(({ lines }) => lines[line]),
        ),
      ),
    ),
    el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, words.say("sum")), ...cells(total))),
  ];
}

/** @param {string[]} names */
const header = (names) =>
  el("thead", {}, el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, name))));

/**
 * @param {Words} words
 * @param {Traffic} traffic
 * @param {Inputs} inputs
 * @param {string} sentence
 */
function plot(words, traffic, inputs, sentence) {
  const volumes = Array.from(
    { length: POINTS },
    (_, index) => 10 ** (X[0] + ((X[1] - X[0]) * index) / (POINTS - 1)),
  );
  const months = volumes.map((requests) => estimates({ ...traffic, requests }, inputs));
  const paths = months[0].map(({ home }, index) =>
    svg("path", {
      class: `line ${home}`,
      "stroke-dasharray": DASHES[index],
      d: `M${months.map((month, point) => `${x(volumes[point])} ${y(total(month[index]))}`).join("L")}`,
    }),
  );
  const text = words.say("plot_text", { cheapest: sentence });
  const now = x(traffic.requests);
  return [
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": text },
      ...grid(words),
      svg("path", { class: "now", d: `M${now} ${TOP}V${HEIGHT - BOTTOM}` }),
      ...paths,
      svg(
        "g",
        { class: "key" },
        ...months[0].flatMap(({ home }, index) => key(words, home, index)),
      ),
    ),
    el("figcaption", {}, text),
  ];
}

/** @param {Words} words @param {string} home @param {number} index */
function key(words, home, index) {
  const top = TOP + 12 + index * 16;
  const dash = DASHES[index];
  return [
    svg("path", { class: `line ${home}`, "stroke-dasharray": dash, d: `M${LEFT + 10} ${top}h34` }),
    svg("text", { x: LEFT + 52, y: top + 4 }, homeName(words, home)),
  ];
}

/** @param {Words} words */
function grid(words) {
  const made = [];
  for (let power = Math.ceil(X[0]); power <= X[1]; power += 2) {
    made.push(
      svg("path", { class: "grid", d: `M${x(10 ** power)} ${TOP}V${HEIGHT - BOTTOM}` }),
      svg(
        "text",
        { x: x(10 ** power), y: HEIGHT - BOTTOM + 15, "text-anchor": "middle" },
        words.number(10 ** power, { notation: "compact" }),
      ),
    );
  }
  for (let power = Y[0]; power <= Y[1]; power += 2) {
    made.push(
      svg("path", { class: "grid", d: `M${LEFT} ${y(10 ** power)}H${WIDTH - RIGHT}` }),
      svg(
        "text",
        { x: LEFT - 6, y: y(10 ** power) + 4, "text-anchor": "end" },
        words.number(10 ** power, { notation: "compact" }),
      ),
    );
  }
  const [middle, bottom] = [(LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6];
  made.push(svg("text", { x: middle, y: bottom, "text-anchor": "middle" }, words.say("axis_x")));
  const turned = `rotate(-90 12 ${HEIGHT / 2})`;
  made.push(
    svg(
      "text",
      { x: 12, y: HEIGHT / 2, transform: turned, "text-anchor": "middle" },
      words.say("axis_y"),
    ),
  );
  return made;
}

/** @param {number} requests */
const x = (requests) =>
  round(LEFT + ((Math.log10(requests) - X[0]) / (X[1] - X[0])) * (WIDTH - LEFT - RIGHT));

/** @param {number} amount */
function y(amount) {
  const power = Math.min(Y[1], Math.max(Y[0], Math.log10(Math.max(amount, 1e-9))));
  return round(HEIGHT - BOTTOM - ((power - Y[0]) / (Y[1] - Y[0])) * (HEIGHT - TOP - BOTTOM));
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;
