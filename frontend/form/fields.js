/** Draws one group of inputs per feature of the schema, and reads and writes its value. */

/** @import { Feature, Page, Schema, Value } from "../shared/types.js" */

/** More values than this are typed or picked from a list, not pressed. */
const MOST_BUTTONS = 12;

/** @param {Feature} feature @returns {number[] | string[] | null} every value, null where it is typed */
export function choices({ kind, min, max, values }) {
  if (kind === "category") return values ?? [];
  const count = max - min + 1;
  if (kind === "real" || count > MOST_BUTTONS) return null;
  return Array.from({ length: count }, (_, step) => min + step);
}

/**
 * Draw every group, keeping what is chosen (the language may change at any time).
 *
 * @param {HTMLElement} host
 * @param {Page} page
 */
export function renderFields(host, page) {
  const kept = host.childElementCount ? readValues(page.schema.features) : [];
  host.replaceChildren(...page.schema.features.map((feature) => group(feature, page)));
  writeValues(page.schema.features, kept);
}

/** @param {string} tag @param {string} text @param {Record<string, string>} attributes */
function make(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** @param {Feature} feature @param {Page} page */
function group(feature, page) {
  const { name } = feature;
  const values = choices(feature);
  const made = make("fieldset", "", { id: `group-${name}` });
  const hint = make("p", page.own(feature.help), { class: "hint", id: `hint-${name}` });
  const error = make("p", "", { class: "error", id: `error-${name}`, hidden: "" });
  const ends = make("p", "", { class: "ends", id: `ends-${name}` });
  const cells = make("div", "", { class: "cells" });
  if (values === null) cells.append(number(feature, page), unit(feature, page));
  else if (values.length > MOST_BUTTONS) cells.append(list(feature, values, page));
  else values.forEach((value) => cells.append(cell(feature, String(value), label(page, value))));
  if (values !== null && values.length <= MOST_BUTTONS) {
    cells.style.setProperty("--count", String(values.length));
    if (typeof values[0] === "string") cells.classList.add("words");
  }
  if (feature.may_be_missing) {
    cells.append(cell(feature, page.schema.missing, page.say("not_scored")));
  }
  for (const [value, meaning] of [
    [feature.min, feature.low],
    [feature.max, feature.high],
  ]) {
    if (meaning)
      ends.append(
        make("span", page.say("ends", { score: value, meaning: page.own(String(meaning)) })),
      );
  }
  made.append(make("legend", page.own(feature.label)), hint, error, cells, ends);
  describe(made, "");
  return made;
}

/** The error is read before the hint. @param {HTMLElement} made @param {string} error its id, or nothing */
export function describe(made, error) {
  const parts = [
    error,
    ...[...made.querySelectorAll(".hint, .ends")].filter((p) => p.textContent).map((p) => p.id),
  ];
  made.setAttribute("aria-describedby", parts.filter(Boolean).join(" "));
}

/** @param {Page} page @param {number | string} value */
const label = (page, value) => (typeof value === "number" ? String(value) : page.own(value));

/** @param {Feature} feature @param {string} value @param {string} text */
function cell({ name }, value, text) {
  const made = document.createElement("label");
  const input = make("input", "", { type: "radio", name, value, id: `${name}-${value}` });
  made.append(input, make("span", text));
  return made;
}

/** @param {Feature} feature @param {Page} page */
function number(feature, page) {
  const made = make("input", "", {
    type: "number",
    name: feature.name,
    id: `${feature.name}-value`,
    min: String(feature.min),
    max: String(feature.max),
    step: feature.kind === "real" ? "any" : "1",
    inputmode: feature.kind === "real" ? "decimal" : "numeric",
    "aria-label": page.own(feature.label),
  });
  return made;
}

/** @param {Feature} feature @param {Page} page */
const unit = (feature, page) =>
  make(
    "span",
    page.say("between", { min: feature.min, max: feature.max, unit: feature.unit ?? "" }),
    {
      class: "unit",
    },
  );

/** @param {Feature} feature @param {(string | number)[]} values @param {Page} page */
function list(feature, values, page) {
  const made = make("select", "", { name: feature.name, "aria-label": page.own(feature.label) });
  made.append(make("option", "", { value: "" }));
  values.forEach((value) =>
    made.append(make("option", label(page, value), { value: String(value) })),
  );
  return made;
}

/** @param {Feature} feature @returns {HTMLInputElement[]} */
const inputs = (feature) => [
  .../** @type {NodeListOf<HTMLInputElement>} */ (document.getElementsByName(feature.name)),
];

/** null where "not scored" was chosen, undefined where nothing was. @param {Feature[]} features @returns {Value[]} */
export const readValues = (features) =>
  features.map((feature) => {
    const all = inputs(feature);
    const chosen = all.find((input) => (input.type === "radio" ? input.checked : input.value));
    if (!chosen) return undefined;
    if (chosen.type === "radio" && chosen === all.at(-1) && feature.may_be_missing) return null;
    return feature.kind === "category" ? chosen.value : Number(chosen.value);
  });

/** @param {Feature[]} features @param {Value[]} values */
export function writeValues(features, values) {
  features.forEach((feature, index) => {
    const value = values[index];
    const all = inputs(feature);
    for (const input of all) {
      const missing = feature.may_be_missing && input === all.at(-1);
      if (input.type !== "radio") input.value = String(value ?? "");
      else input.checked = missing ? value === null : input.value === String(value);
    }
  });
}

/** Move to a group: to what is chosen in it, else to its first input. @param {Feature} feature */
export function focusField(feature) {
  const all = inputs(feature);
  (all.find((input) => input.checked) ?? all[0]).focus();
}

/** A digit chooses its score, 0 the tenth, a hyphen "not scored". @param {KeyboardEvent} event @param {string} missing */
export function chooseByKey(event, missing) {
  const { target, key } = event;
  if (!(target instanceof HTMLInputElement) || target.type !== "radio") return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const value =
    key === "0" && !document.getElementById(`${target.name}-0`)
      ? "10"
      : key === "-"
        ? missing
        : key;
  const input = /** @type {HTMLInputElement | null} */ (
    document.getElementById(`${target.name}-${value}`)
  );
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.click();
}

/** What a schema may leave out has one default here. @param {any} raw features.json @returns {Schema} */
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
