/** Completes features.json: what a schema may leave out has one default here. */

/** @import { Schema } from "./types.js" */

/** @param {any} raw @returns {Schema} */
export function complete(raw) {
  const { positive, form = {} } = raw;
  const features = raw.features.map((/** @type {any} */ feature) => ({
    kind: "whole",
    label: plain(feature.name),
    help: "",
    low: "",
    high: "",
    may_be_missing: false,
    ...feature,
  }));
  return {
    title: plain(raw.name ?? "model"),
    missing: "?",
    limits_of_use: [],
    ...raw,
    form: { examples: [], ...form },
    features,
    negative: raw.classes.find((/** @type {any} */ each) => each.name !== positive).name,
  };
}

/** @param {string} name */
const plain = (name) => {
  const text = name.replaceAll(/[_.-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};
