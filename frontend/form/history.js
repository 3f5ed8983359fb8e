/** Lists the cases answered on this page, and keeps them on the device only if asked to. */
import { byId, button, el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { category, categoryText, rangeText, rowText, timeText } from "../shared/words.js";
import { CATEGORIES, warningText } from "../shared/words.js";
import { fill } from "./filling.js";
import { isShare, prevalenceText } from "./prevalence.js";

/** @import { Case, Page, Row, Prediction } from "../shared/types.js" */

/** The name under which cases are stored. */
const STORED = "cases";
const KEPT = 50;

/**
 * @typedef {object} Entry
 * @property {string} time ISO
 * @property {string} label
 * @property {Row} scores
 * @property {string} category
 * @property {number} probability
 * @property {[number, number]} [probability_range]
 * @property {Prediction["warnings"]} [warnings]
 * @property {string} version of the model
 * @property {number | null} [prevalence] that was asked for
 */

/** @type {Entry[]} */
let entries = [];
let stored = false;
let opened = false;

/** @param {Page} page */
export function openHistory(page) {
  if (opened) return;
  opened = true;
  try {
    const found = localStorage.getItem(STORED);
    stored = found !== null;
    if (found)
      entries = JSON.parse(found).filter((/** @type {unknown} */ entry) => isEntry(page, entry));
  } catch {
    // Storage is forbidden or holds something foreign: the session still has its own list
    entries = [];
  }
  page.redraws.add(() => draw(page));
  page.checks.add(() => mark(page));
  draw(page);
}

/** @param {Page} page @param {Case} answered */
export function remember(page, { time, label, values, prediction, model, prevalence }) {
  const { probability, probability_range, warnings } = prediction;
  const more = { probability, probability_range, warnings, version: model.version, prevalence };
  const kind = category(page, prediction);
  const entry = { time: time.toISOString(), label, scores: values, category: kind, ...more };
  entries = [entry, ...entries].slice(0, KEPT);
  keep();
  draw(page);
}

function keep() {
  try {
    if (stored) localStorage.setItem(STORED, JSON.stringify(entries));
    else localStorage.removeItem(STORED);
  } catch {
    stored = false;
  }
}

/** @param {Page} page @param {any} entry what another version of this page may have stored */
function isEntry({ schema }, entry) {
  return (
    CATEGORIES.includes(entry?.category) &&
    Array.isArray(entry.scores) &&
    entry.scores.length === schema.features.length &&
    entry.scores.every(
      (/** @type {unknown} */ s) => s === null || ["number", "string"].includes(typeof s),
    ) &&
    typeof entry.probability === "number" &&
    typeof entry.label === "string" &&
    isShare(entry.prevalence ?? null) &&
    (entry.warnings === undefined || Array.isArray(entry.warnings)) &&
    !Number.isNaN(Date.parse(entry.time))
  );
}

/** An entry of another model is not what this one would answer. @param {Page} page */
function mark(page) {
  byId("history")
    .querySelectorAll("li")
    .forEach((item, index) => {
      const same = !page.version || entries[index]?.version === page.version;
      item.dataset.current = String(same);
      const note = item.querySelector(".other-model");
      if (note) note.textContent = same ? "" : page.say("other_model");
    });
}

/** @param {Page} page */
function draw(page) {
  const host = byId("history");
  host.hidden = !entries.length && !stored;
  const choice = el("input", { type: "checkbox", id: "keep" });
  choice.checked = stored;
  choice.addEventListener("change", () => {
    stored = choice.checked;
    keep();
  });
  const forget = () => {
    entries = [];
    keep();
    draw(page);
    page.enter("ready", page.say("forgotten"));
    byId("title").focus();
  };
  host.replaceChildren(
    el("h2", { id: "history-title" }, page.say("history")),
    el("p", { class: "hint" }, page.say("history_hint")),
    el("p", {}, choice, el("label", { for: "keep" }, page.say("history_keep"))),
    el("ol", {}, ...entries.map((entry) => line(page, entry))),
    button(page.say("history_clear"), forget, { id: "forget" }),
  );
  mark(page);
}

/** @param {Page} page @param {Entry} entry */
function line(page, entry) {
  const { time, label, scores, category, warnings = [], prevalence = null } = entry;
  const again = button(page.say("history_open"), () => {
    fill(page, scores, page.say("filled"), { label, prevalence });
    byId("yes").focus();
  });
  const text = [label, timeText(new Date(time))].filter(Boolean).join(", ");
  const asked = prevalence !== null && prevalenceText(page, prevalence);
  again.setAttribute("aria-label", `${page.say("history_open")}: ${text}`);
  return el(
    "li",
    {},
    el("span", {}, icon(category), ` ${categoryText(page, category)}`),
    el("span", {}, rangeText(page, /** @type {Prediction} */ (/** @type {unknown} */ (entry)))),
    el("span", {}, rowText(page, scores)),
    el("span", { class: "hint" }, text),
    again,
    el("span", { class: "hint other-model" }),
    asked && el("span", { class: "hint" }, asked),
    ...warnings.map((each) => el("span", { class: "hint warning" }, warningText(page, each))),
  );
}
