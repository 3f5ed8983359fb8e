/** Knows what the service says of its model: GET /v1/model, asked for once. */

/** @import { Levels } from "../shared/missing.js" */
/** @import { Feature } from "../shared/types.js" */

/** @type {Promise<any> | undefined} */
let loaded;

/** Asked a second time where the network failed. @param {string} path */
export const read = async (path) => (await fetch(path).catch(() => fetch(path))).json();

/** @returns {Promise<any>} */
export function described() {
  loaded ??= read("/v1/model");
  loaded.catch(() => (loaded = undefined));
  return loaded;
}

/** The values that stand for a feature: each one, or one observed value a bin. */
/** @param {any} model as described @param {Feature} feature @returns {Levels} */
export function levels({ features }, { name, kind, min, max, values }) {
  const found = features.find((/** @type {any} */ each) => each.name === name).levels;
  if (found) return found;
  if (kind === "category") return { values: values.map(({ value }) => value) };
  return { values: Array.from({ length: max - min + 1 }, (_, step) => min + step) };
}
