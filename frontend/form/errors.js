/** Shows every error twice in the same words: in a summary, and at its group. */
import { byId, el } from "../shared/dom.js";
import { labelOf } from "../shared/words.js";
import { describe, focusField } from "./fields.js";

/** @import { Feature, Page } from "../shared/types.js" */

/** @typedef {{ field: string, message: string }} Shown the field is a feature's name or "gate" */

/** Why a value cannot be sent, or nothing. @param {Page} page @param {Feature} feature @param {unknown} value */
export function errorText(page, feature, value) {
  const name = labelOf(page, feature.name);
  const { kind, min, max, may_be_missing: optional, values = [] } = feature;
  if (value === undefined) return page.say("error_select", { feature: page.inText(name) });
  if (value === null)
    return optional ? "" : page.say("error_select", { feature: page.inText(name) });
  if (kind === "category") {
    return values.includes(String(value)) ? "" : page.say("error_value", { feature: name });
  }
  if (
    typeof value !== "number" ||
    Number.isNaN(value) ||
    (kind !== "real" && !Number.isInteger(value))
  )
    return page.say(kind === "real" ? "error_number" : "error_whole", { feature: name });
  return value < min || value > max ? page.say("error_range", { feature: name, min, max }) : "";
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
  document.title = page.own(page.schema.form.title ?? page.schema.title);
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
    const place = document.getElementById(`error-${field}`);
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
