/** Shows every error twice in the same words: in a summary, and at its group. */
import { byId, el } from "../shared/dom.js";
import { choices, describe, focusField, idOf } from "./fields.js";

/** @import { Feature, Page } from "../shared/types.js" */

/** @typedef {{ field: string, message: string }} Shown the field is a feature's name or "gate" */

/** Why a value cannot be sent, or nothing. @param {Page} page @param {Feature} asked @param {unknown} value */
export function errorText(page, asked, value) {
  const { kind, label: feature, min, max, may_be_missing: optional, values } = asked;
  if (value === null && optional) return "";
  if (value === undefined || value === null)
    return page.say(choices(asked) ? "error_select" : "error_enter", { feature });
  if (kind === "category")
    return values.some((each) => each.value === value) ? "" : page.say("error_value", { feature });
  const number = /** @type {number} */ (value);
  if (kind === "whole" ? !Number.isInteger(value) : !Number.isFinite(value))
    return page.say(kind === "whole" ? "error_whole" : "error_number", { feature });
  const [from, to] = [min, max].map((end) => page.number(end));
  return number < min || number > max
    ? page.say("error_range", { feature, min: from, max: to })
    : "";
}

/** @param {Page} page */
export function clearErrors(page) {
  byId("summary").hidden = true;
  for (const error of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll("p.error")
  )) {
    error.hidden = true;
    const group = error.parentElement;
    if (group) describe(group, "");
  }
  document.title = page.schema.title;
}

/** @param {Page} page @param {Shown[]} errors */
export function showErrors(page, errors) {
  clearErrors(page);
  byId("summary").replaceChildren(
    el("h2", {}, page.say("problem")),
    el("ul", {}, ...errors.map((error) => el("li", {}, link(page, error)))),
  );
  byId("summary").hidden = false;
  for (const { field, message } of errors) {
    const place = document.getElementById(`error-${idOf(field)}`);
    if (!place) continue;
    place.textContent = message;
    place.hidden = false;
    if (place.parentElement) describe(place.parentElement, place.id);
  }
  document.title = page.say("error_title", { title: document.title });
  byId("summary").focus();
}

/** @param {Page} page @param {Shown} error */
function link(page, { field, message }) {
  const feature = page.schema.features.find((each) => each.name === field);
  const other = { gate: "yes", prevalence: "prevalence" }[field];
  if (!feature && !other) return message;
  const made = el("a", { href: `#${other ?? `group-${field}`}` }, message);
  made.addEventListener("click", (event) => {
    event.preventDefault();
    if (feature) focusField(feature);
    else byId(other ?? "").focus();
  });
  return made;
}
