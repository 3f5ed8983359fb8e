/** Draws USD a month over requests a month; each line has a colour, a mark and its name beside it. */
import { el, svg } from "../shared/dom.js";
import { estimates, total } from "./model.js";
import { optionName } from "./view.js";

/** @import { Inputs, Traffic } from "./model.js" */
/** @import { Words } from "./page.js" */

const WIDTH = 760;
const HEIGHT = 380;
const LEFT = 56;
/** Right edge of the lines; the names follow. */
const RIGHT = 590;
const TOP = 10;
const BOTTOM = 340;
/** Powers of ten: requests a month, USD a month. */
const X = [2, 10.5];
const Y = [-2, 6];
const POINTS = 61;
/** A mark on every tenth point. */
const MARKED = 10;
/** Distance of two names, so that they do not overlap. */
const NAME_HEIGHT = 17;
/** Colour and mark of each option; every colour has a contrast of 3:1 on white and on dark pages. */
const LOOKS = [
  { colour: "#2478b5", mark: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z" },
  { colour: "#b8621b", mark: "M-4.5 -4.5h9v9h-9z" },
  { colour: "#cf3f45", mark: "M0 -6L6 5H-6z" },
  { colour: "#2c8a50", mark: "M0 -6.5L6.5 0L0 6.5L-6.5 0z" },
  { colour: "#8a63c4", mark: "M0 6L6 -5H-6z" },
  { colour: "#74808b", mark: "M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4z" },
];

/** @param {Words} words @param {Traffic} traffic @param {Inputs} inputs @param {string} sentence */
export function plot(words, traffic, inputs, sentence) {
  const volumes = Array.from(
    { length: POINTS },
    (_, index) => 10 ** (X[0] + ((X[1] - X[0]) * index) / (POINTS - 1)),
  );
  const months = volumes.map((requests) => estimates({ ...traffic, requests }, inputs));
  const lines = months[0].map((each, index) => ({
    name: optionName(words, each),
    index,
    points: months.map((month, place) => [x(volumes[place]), y(total(month[index]))]),
  }));
  const text = words.say("plot_text", { cheapest: sentence });
  return [
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": text },
      ...grid(words),
      svg("path", { class: "now", d: `M${x(traffic.requests)} ${TOP}V${BOTTOM}` }),
      ...named(lines).map(drawn),
    ),
    el("figcaption", {}, text),
  ];
}

/** @typedef {{ name: string, index: number, points: number[][] }} Line */

/** Puts the names beside the ends of their lines, apart from each other. @param {Line[]} lines */
function named(lines) {
  const sorted = lines.toSorted((one, other) => endOf(one) - endOf(other));
  let free = TOP + NAME_HEIGHT / 2;
  return sorted.map((line) => {
    const at = Math.max(endOf(line), free);
    free = at + NAME_HEIGHT;
    return { ...line, at };
  });
}

/** @param {Line} line */
const endOf = ({ points }) => points[points.length - 1][1];

/** @param {Line & { at: number }} line */
function drawn({ name, index, points, at }) {
  const { colour, mark } = LOOKS[index];
  const marked = points.filter((_, place) => place % MARKED === (index * 2) % MARKED);
  const end = points[points.length - 1].join(" ");
  return svg(
    "g",
    {},
    svg("path", {
      class: "line",
      stroke: colour,
      d: `M${points.map((each) => each.join(" ")).join("L")}`,
    }),
    svg("path", { class: "leader", d: `M${end}L${RIGHT + 12} ${at}` }),
    ...[...marked, [RIGHT + 18, at]].map((each) =>
      svg("path", {
        class: "mark",
        fill: colour,
        d: mark,
        transform: `translate(${each.join(" ")})`,
      }),
    ),
    svg("text", { class: "name", x: RIGHT + 30, y: at + 4 }, name),
  );
}

/** @param {Words} words */
function grid(words) {
  const compact = (/** @type {number} */ power) =>
    words.number(10 ** power, { notation: "compact" });
  const made = [];
  for (let power = X[0]; power <= X[1]; power += 2) {
    const at = x(10 ** power);
    made.push(
      svg("path", { class: "grid", d: `M${at} ${TOP}V${BOTTOM}` }),
      svg("text", { x: at, y: BOTTOM + 16, "text-anchor": "middle" }, compact(power)),
    );
  }
  for (let power = Y[0]; power <= Y[1]; power += 2) {
    const at = y(10 ** power);
    made.push(
      svg("path", { class: "grid", d: `M${LEFT} ${at}H${RIGHT}` }),
      svg("text", { x: LEFT - 6, y: at + 4, "text-anchor": "end" }, compact(power)),
    );
  }
  const middle = { x: (LEFT + RIGHT) / 2, y: HEIGHT - 6, "text-anchor": "middle" };
  const turned = { transform: `translate(12 ${(TOP + BOTTOM) / 2}) rotate(-90)` };
  return [
    ...made,
    svg("text", middle, words.say("axis_x")),
    svg("text", { ...turned, "text-anchor": "middle" }, words.say("axis_y")),
  ];
}

/** @param {number} requests */
const x = (requests) => scaled(Math.log10(requests), X, LEFT, RIGHT);

/** @param {number} amount */
const y = (amount) => scaled(Math.log10(Math.max(amount, 10 ** Y[0])), Y, BOTTOM, TOP);

/** @param {number} power @param {number[]} range @param {number} from @param {number} to */
function scaled(power, [low, high], from, to) {
  const share = (Math.min(power, high) - low) / (high - low);
  return Math.round((from + share * (to - from)) * 10) / 10;
}
