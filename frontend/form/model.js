/** Knows what the service says of its model: GET /v1/model, asked for once. */

/** @import { Feature, Levels, Page } from "../shared/types.js" */

/**
 * What was loaded, for every caller; after a failure the next caller loads it again.
 *
 * @template Loaded
 * @param {(page: Page) => Promise<Loaded>} load
 * @returns {(page: Page) => Promise<Loaded>}
 */
export function once(load) {
  /** @type {Promise<Loaded> | undefined} */
  let loaded;
  return (page) => {
    loaded ??= load(page).catch((error) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}

const AGAIN_MS = 300;

/** Asked a second time after a pause where the network or the service failed. @param {string} path */
export async function read(path) {
  const get = async () => {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  };
  return get().catch(async () => {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    return get();
  });
}

export const described = once(() => read("/v1/model"));

/** What was built for the served model; nothing of another one. */
export const built = once(async (page) => {
  const [site, { version }] = await Promise.all([read("site.json"), described(page)]);
  return site.model === version ? site : {};
});

/** The values that stand for a feature: each one, or one observed value a bin. */
/** @param {any} model as described @param {Feature} feature @returns {Levels} */
export function levels({ features }, { name, kind, min, max, values }) {
  const found = features.find((/** @type {any} */ each) => each.name === name).levels;
  if (found) return found;
  if (kind === "category") return { values: values.map(({ value }) => value) };
  return { values: Array.from({ length: max - min + 1 }, (_, step) => min + step) };
}
