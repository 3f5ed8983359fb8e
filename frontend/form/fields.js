/** Draws one group of inputs per feature of the schema, and reads and writes its value. */

/** @import { Feature, Page, Schema, Value } from "../shared/types.js" */

/** More whole numbers than this are typed, not pressed. */
const MOST_BUTTONS = 12;
/** More categories than this are picked from a list. */
const MOST_RADIOS = 6;

/** @param {Feature} feature @returns {(number | string)[] | null} every value, null where it is typed */
export function choices({ kind, min, max, values }) {
  if (kind === "category") return values.map(({ value }) => value);
  const count = max - min + 1;
  if (kind === "real" || count > MOST_BUTTONS) return null;
  return Array.from({ length: count }, (_, step) => min + step);
}

/** A name may hold spaces, which an id may not. @param {string} name */
export const idOf = (name) => encodeURIComponent(name);

/**
 * Draw every group, keeping what is chosen (the language may change at any time).
 *
 * @param {HTMLElement} host
 * @param {Page} page
 */
export function renderFields(host, page) {
  const { schema } = page;
  const kept = host.childElementCount ? readValues(schema) : [];
  host.replaceChildren(...schema.features.map((feature) => group(feature, page)));
  writeValues(schema, kept);
}

/** @param {string} tag @param {string} text @param {Record<string, string>} [attributes] @param {Node[]} children */
function make(tag, text, attributes = {}, ...children) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {Feature} feature @param {Page} page */
function group(feature, page) {
  const id = idOf(feature.name);
  const range = choices(feature) ? "" : rangeText(feature, page);
  const made = make(
    "fieldset",
    "",
    { id: `group-${id}` },
    make("legend", feature.label),
    make("p", [feature.help, range].filter(Boolean).join(" "), { class: "hint", id: `hint-${id}` }),
    make("p", "", { class: "error", id: `error-${id}`, hidden: "" }),
    cells(feature, page),
    make(
      "p",
      "",
      { class: "ends", id: `ends-${id}` },
      ...[
        [feature.min, feature.low],
        [feature.max, feature.high],
      ]
        .filter(([, meaning]) => meaning)
        .map(([score, meaning]) => make("span", page.say("ends", { score, meaning }))),
    ),
  );
  describe(made, "");
  return made;
}

/** @param {Feature} feature @param {Page} page */
function rangeText({ min, max, unit }, page) {
  const [from, to] = [min, max].map((value) => page.number(value));
  return page.say("between", { min: from, max: to, unit }).replace(" .", ".");
}

/** @param {Feature} feature @param {Page} page */
function cells(feature, page) {
  const { kind, may_be_missing: optional, unit } = feature;
  const values = choices(feature);
  const made = make("div", "", { class: "cells" });
  if (kind === "category" && feature.values.length > MOST_RADIOS) {
    made.append(list(feature, page));
    return made;
  }
  if (values) {
    const count = values.length;
    made.style.setProperty("--count", String(count));
    made.style.setProperty("--narrow", String(count > 6 ? Math.ceil(count / 2) : count));
    made.classList.toggle("words", kind === "category");
    made.append(...values.map((value) => cell(feature, String(value), textOf(feature, value))));
    if (optional) made.append(unknown(feature, page, "radio"));
    return made;
  }
  const typed = number(feature);
  made.classList.add("typed");
  made.append(typed, make("span", unit, { class: "unit" }));
  if (!optional) return made;
  const other = unknown(feature, page, "checkbox");
  const box = /** @type {HTMLInputElement} */ (other.firstChild);
  typed.addEventListener("input", () => (box.checked = false));
  box.addEventListener("input", () => (typed.value = ""));
  made.append(other);
  return made;
}

/** @param {Feature} feature @param {number | string} value @returns {string} */
export const textOf = ({ values }, value) =>
  values?.find((each) => each.value === value)?.label ?? String(value);

/** @param {Feature} feature @param {string} value @param {string} text @param {string} [type] */
function cell({ name }, value, text, type = "radio") {
  const id = idOf(name);
  const input = make("input", "", { type, name: id, value, id: `${id}-${value}` });
  return make("label", "", {}, input, make("span", text));
}

/** @param {Feature} feature @param {Page} page @param {string} type */
function unknown(feature, page, type) {
  const made = cell(feature, page.schema.missing, page.say("not_known"), type);
  made.className = "unknown";
  return made;
}

/** @param {Feature} feature @returns {HTMLInputElement} */
function number({ name, kind, label, min, max, decimals, unit }) {
  const whole = kind === "whole";
  const made = make("input", "", {
    type: "number",
    name: idOf(name),
    min: String(min),
    max: String(max),
    step: whole ? "1" : (10 ** -decimals).toFixed(decimals),
    // The numbers' keyboard of a phone has no minus
    inputmode: min < 0 ? "text" : whole ? "numeric" : "decimal",
    "aria-label": unit ? `${label}, ${unit}` : label,
  });
  return /** @type {HTMLInputElement} */ (made);
}

/** @param {Feature} feature @param {Page} page */
function list({ name, label, values, may_be_missing: optional }, page) {
  const options = [
    ["", page.say("choose")],
    ...values.map((each) => [each.value, each.label]),
    ...(optional ? [[page.schema.missing, page.say("not_known")]] : []),
  ].map(([value, text]) => make("option", text, { value }));
  return make("select", "", { name: idOf(name), "aria-label": label }, ...options);
}

/** The error is read before the hint. @param {HTMLElement} made @param {string} error its id, or nothing */
export function describe(made, error) {
  const parts = [
    error,
    ...[...made.querySelectorAll(".hint, .ends")].filter((p) => p.textContent).map((p) => p.id),
  ];
  made.setAttribute("aria-describedby", parts.filter(Boolean).join(" "));
}

/** @param {Feature} feature @returns {HTMLInputElement[]} */
const inputs = ({ name }) => [
  .../** @type {any} */ (document.getElementById(`group-${idOf(name)}`)).elements,
];

/** @param {HTMLInputElement} input */
const isBox = ({ type }) => type === "radio" || type === "checkbox";

/** null where "not known" was chosen, undefined where nothing was, NaN where no number was typed. @param {Schema} schema @returns {Value[]} */
export const readValues = ({ features, missing }) =>
  features.map((feature) => {
    const chosen = inputs(feature).find((input) =>
      isBox(input) ? input.checked : input.value || input.validity.badInput,
    );
    if (!chosen) return undefined;
    if (chosen.value === missing) return null;
    if (feature.kind === "category") return chosen.value;
    return chosen.validity.badInput ? NaN : Number(chosen.value);
  });

/** @param {Schema} schema @param {Value[]} values */
export function writeValues({ features, missing }, values) {
  features.forEach((feature, index) => {
    const value = values[index];
    const text = value === null ? missing : String(value ?? "");
    for (const input of inputs(feature)) {
      if (isBox(input)) input.checked = input.value === text;
      else input.value = input.type === "number" && value === null ? "" : text;
    }
  });
}

/** Move to a group: to what is chosen in it, else to its first input. @param {Feature} feature */
export function focusField(feature) {
  const all = inputs(feature);
  (all.find((input) => input.checked) ?? all[0]).focus();
}

/** A digit chooses its number, 0 the tenth, a hyphen "not known". @param {KeyboardEvent} event @param {string} missing */
export function chooseByKey(event, missing) {
  const { target, key } = event;
  if (!(target instanceof HTMLInputElement) || target.type !== "radio") return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const id = (/** @type {string} */ value) =>
    /** @type {HTMLInputElement | null} */ (document.getElementById(`${target.name}-${value}`));
  const input = id(key === "-" ? missing : key) ?? (key === "0" ? id("10") : null);
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.click();
}
