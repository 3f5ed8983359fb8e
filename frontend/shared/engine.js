/** Evaluates a model.json in the page: a row in, a probability out (docs/model-format.md). */

import { calibration, sigmoid } from "./link.js";

/** Points are whole numbers of 2^-44 log-odds, so that every language adds to the same number. */
const SCALE = 2 ** 44;

/** @typedef {(value: any) => any} Step */
/** @typedef {(row: any[]) => number} Score */

/** @param {number[]} values */
const total = (values, start = 0) => values.reduce((sum, each) => sum + each, start);

/** @param {number[]} a @param {number[]} b */
const dot = (a, b) => total(a.map((each, index) => each * b[index]));

/** How many of the ascending numbers are at most the value. @param {number[]} numbers @param {number} value */
const rank = (numbers, value) => {
  const found = numbers.findIndex((each) => each > value);
  return found < 0 ? numbers.length : found;
};

/** @type {Record<string, (link: any) => Step>} */
const LINKS = {
  sigmoid:
    ({ slope = 1, offset = 0 }) =>
    (value) =>
      sigmoid(slope * value + offset),
  /** Of an exported model: the service's own calibration of log-odds. */
  calibration: (link) => {
    const calibrate = calibration(link);
    return (value) => sigmoid(calibrate(value));
  },
  complement: () => (value) => 1 - value,
  beta:
    ({ a, b, c }) =>
    (value) => {
      const p = Math.min(Math.max(value, 2 ** -52), 1 - 2 ** -52);
      return a * Math.log(p) - b * Math.log(1 - p) + c;
    },
  isotonic:
    ({ x, y }) =>
    (value) => {
      const after = rank(x, value);
      if (!after || after === x.length) return y[after && after - 1];
      const [x0, y0] = [x[after - 1], y[after - 1]];
      return ((y[after] - y0) / (x[after] - x0)) * (value - x0) + y0;
    },
  pairwise: () => (value) => {
    const r = Math.min(Math.max(value, 1e-7), 1 - 1e-7);
    const q = [
      [(1 - r) * (1 - r), -(1 - r) * r],
      [-(1 - r) * r, r * r],
    ];
    let p = [0.5, 0.5];
    for (let round = 0; round < 100; round += 1) {
      const qp = q.map((line) => dot(line, p));
      let pqp = dot(p, qp);
      if (Math.max(...qp.map((each) => Math.abs(each - pqp))) < 0.0025) break;
      for (const t of [0, 1]) {
        const step = (pqp - qp[t]) / q[t][t];
        p[t] += step;
        pqp = (pqp + step * (step * q[t][t] + 2 * qp[t])) / (1 + step) / (1 + step);
        for (const j of [0, 1]) {
          qp[j] = (qp[j] + step * q[t][j]) / (1 + step);
          p[j] /= 1 + step;
        }
      }
    }
    return p[1];
  },
};

/** A missing value stays missing. @param {Step} step @returns {Step} */
const known = (step) => (value) => (value === null ? null : step(value));

/** @type {Record<string, Step>} */
const NORMS = {
  l1: (values) => total(values.map(Math.abs)),
  l2: (values) => Math.sqrt(dot(values, values)),
  max: (values) => Math.max(...values.map(Math.abs)),
};

/** @type {Record<string, (...args: any[]) => Step>} */
const STEPS = {
  impute: (other) => (value) => value ?? other,
  scale: (subtract, divide) => known((value) => (value - subtract) / divide),
  affine: (multiply, add) => known((value) => value * multiply + add),
  clip: (low, high) => known((value) => Math.min(Math.max(value, low), high)),
  member: (members, inside, outside, missing) => (value) =>
    value === null ? missing : members.includes(value) ? inside : outside,
  ordinal: (categories, unknown, missing) => (value) => {
    const code = categories.indexOf(value);
    return value === null ? missing : code < 0 ? unknown : code;
  },
  piecewise: (breaks, pieces, missing) => (value) => {
    if (value === null) return missing;
    const [centre, ...coefficients] = pieces[rank(breaks, value)];
    return coefficients.reduceRight(
      (/** @type {number} */ total, /** @type {number} */ each) => total * (value - centre) + each,
      0,
    );
  },
  linear: (weights, add) => (values) => dot(weights, values) + add,
  product: () => (values) =>
    values.reduce((/** @type {number} */ all, /** @type {number} */ each) => all * each, 1),
  norm: (kind) => (values) => {
    const found = NORMS[kind](values);
    return found < 10 * 2 ** -52 ? 1 : found;
  },
  ratio: () => (pair) => pair[0] / pair[1],
  function: (name) => known(/** @type {any} */ (Math)[name === "absolute" ? "abs" : name]),
};

/** @type {Record<string, (node: any) => Score>} */
const KINDS = {
  sum: ({ base, tables, terms = [], offset = 0 }) => {
    const add = tables.map(table);
    return (row) =>
      total(
        add.map((/** @type {Score} */ points) => points(row)),
        base,
      ) /
        SCALE +
      total(
        terms.map((/** @type {number[]} */ [place, weight]) => weight * row[place]),
        offset,
      );
  },
  trees: ({ trees, base, divide, precision }) => {
    const round = precision === "single" ? Math.fround : Number;
    return (row) => {
      const values = row.map((value) => (value === null ? NaN : round(value)));
      let sum = base;
      for (let leaf of trees) {
        while (leaf.length) {
          const value = values[leaf[0]];
          leaf = value <= leaf[1] || (Number.isNaN(value) && leaf[4]) ? leaf[2] : leaf[3];
        }
        sum += leaf;
      }
      return sum / divide;
    };
  },
  kernel: ({ vectors, weights, intercept, function: name, gamma, constant, degree }) => {
    /** @type {Record<string, (a: number[], b: number[]) => number>} */
    const kernels = {
      rbf: (a, b) => Math.exp(-gamma * a.reduce((sum, each, i) => sum + (each - b[i]) ** 2, 0)),
      poly: (a, b) => (gamma * dot(a, b) + constant) ** degree,
      tanh: (a, b) => Math.tanh(gamma * dot(a, b) + constant),
    };
    return (row) =>
      dot(
        weights,
        vectors.map((/** @type {number[]} */ vector) => kernels[name](vector, row)),
      ) + intercept;
  },
  layers: ({ layers }) => {
    /** @type {Record<string, Step>} */
    const activations = {
      identity: (value) => value,
      relu: (value) => Math.max(value, 0),
      tanh: Math.tanh,
      logistic: sigmoid,
    };
    return (row) =>
      layers.reduce(
        (/** @type {number[]} */ values, /** @type {any} */ { weights, biases, activation }) =>
          weights.map((/** @type {number[]} */ line, /** @type {number} */ index) =>
            activations[activation](dot(line, values) + biases[index]),
          ),
        row,
      )[0];
  },
  mean: ({ models, weights }) => {
    const parsed = models.map(parse);
    return (row) =>
      dot(
        weights,
        parsed.map((/** @type {Score} */ model) => model(row)),
      ) / total(weights);
  },
  stack: ({ models, last }) => {
    const [parsed, final] = [models.map(parse), parse(last)];
    return (row) => final([...parsed.map((/** @type {Score} */ model) => model(row)), ...row]);
  },
};

/** The points of one table for a row. @param {any} node @returns {Score} */
const table = ({ column, values, points }) => {
  const found = new Map(
    values.map((/** @type {any} */ value, /** @type {number} */ i) => [value, points[i]]),
  );
  return (row) => found.get(row[column]) ?? NaN;
};

/** @param {Step[]} steps @returns {Step} */
const chain = (steps) => (value) => steps.reduce((result, step) => step(result), value);

/** @param {any[]} links @returns {Step} */
const parseLink = (links = []) => chain(links.map((link) => LINKS[link.kind](link)));

/** @param {any} node the document, or a part of it @returns {Score} row → answer, with its link */
export function parse(node) {
  const { kind, steps = [], inputs, link } = node;
  const [score, last] = [KINDS[kind](node), parseLink(link)];
  if (!inputs) return (row) => last(score(row));
  const prepared = steps.map((/** @type {any[]} */ [name, source, ...rest]) => [
    source,
    STEPS[name](...rest),
  ]);
  return (row) => {
    const values = [...row];
    for (const [source, step] of prepared) {
      values.push(
        step(Array.isArray(source) ? source.map((each) => values[each]) : values[source]),
      );
    }
    return last(score(inputs.map((/** @type {number} */ each) => values[each])));
  };
}
