// Runs the cost model for the documents and tests: reads { inputs, traffics, pairs } as JSON from
// standard input, writes { months, breakEvens }. A traffic gives only what differs from USUAL.
import { readFileSync } from "node:fs";
import { USUAL, estimates, total } from "../../frontend/costs/model.js";

/** Requests a month between which break-evens are sought, and the factor between two probes. */
const LOWEST = 100;
const HIGHEST = 3e10;
const STEP = 10 ** (1 / 60);

const { inputs, traffics = [], pairs = [] } = JSON.parse(readFileSync(0, "utf-8"));
const months = traffics.map((traffic) =>
  estimates({ ...USUAL, ...traffic }, inputs).map((each) => ({ ...each, usd: total(each) })),
);
const breakEvens = pairs.map(({ options, traffic }) => {
  const isDearer = (requests) => {
    const found = estimates({ ...USUAL, ...traffic, requests }, inputs);
    const [first, second] = options.map((name) => found.find(({ option }) => option === name));
    return total(first) > total(second);
  };
  const changes = [];
  for (let low = LOWEST; low < HIGHEST; low *= STEP) {
    if (isDearer(low) !== isDearer(low * STEP)) changes.push(firstAfter(isDearer, low, low * STEP));
  }
  return changes.map((requests) => ({ requests, cheaper: options[isDearer(requests) ? 1 : 0] }));
});
process.stdout.write(JSON.stringify({ months, breakEvens }));

/** Whole number of requests from which on the answer is that of `high`. */
function firstAfter(holds, low, high) {
  let [before, after] = [Math.floor(low), Math.ceil(high)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (holds(middle) === holds(high)) after = middle;
    else before = middle;
  }
  return after;
}
