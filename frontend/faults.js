/** Turns faults into one summary and a message at each field, in the same words. */
import { byId, el } from "./dom.js";
import { focusFeature } from "./form.js";

/** @import { Page } from "./types.js" */

/** @typedef {{ field: string, message: string }} Shown the field is a feature's name or "gate" */

/** @param {Page} page */
export function clearFaults(page) {
  byId("summary").hidden = true;
  for (const field of document.querySelectorAll(".fault")) {
    /** @type {HTMLElement} */ (field).hidden = true;
  }
  for (const field of document.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
  }
  document.title = page.say("brand");
}

/** @param {Page} page @param {Shown[]} faults */
export function showFaults(page, faults) {
  clearFaults(page);
  byId("summary").replaceChildren(
    el("h2", {}, page.say("problem")),
    el("ul", {}, ...faults.map((fault) => el("li", {}, link(page, fault)))),
  );
  byId("summary").hidden = false;
  for (const { field, message } of faults) {
    const place = document.getElementById(field === "gate" ? "gate-fault" : `fault-${field}`);
    if (!place) continue;
    place.textContent = message;
    place.hidden = false;
    for (const input of document.getElementsByName(field)) {
      input.setAttribute("aria-invalid", "true");
    }
  }
  document.title = page.say("error_title", { title: page.say("brand") });
  byId("summary").focus();
}

/** @param {Page} page @param {Shown} fault */
function link(page, { field, message }) {
  const feature = page.schema.features.find((each) => each.name === field);
  if (!feature && field !== "gate") return message;
  const made = el("a", { href: feature ? `#group-${field}` : "#yes" }, message);
  made.addEventListener("click", (event) => {
    event.preventDefault();
    if (feature) focusFeature(feature);
    else byId("yes").focus();
  });
  return made;
}
