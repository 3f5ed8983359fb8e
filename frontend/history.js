/** Turns answered cases into a list that this page, and only if asked this device, remembers. */
import { byId, button, el } from "./dom.js";
import { fill } from "./filling.js";
import { icon } from "./icons.js";
import { categoryText, probabilityText, scoreText, timeText } from "./wording.js";

/** @import { Page } from "./types.js" */

/** The one name under which anything is ever stored. */
const STORED = "cases";
const KEPT = 50;

/**
 * @typedef {object} Entry
 * @property {string} time ISO
 * @property {string} label
 * @property {(number | null)[]} scores
 * @property {string} category
 * @property {number} probability
 * @property {string} version of the model
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
  draw(page);
}

/** @param {Page} page @param {Entry} entry */
export function remember(page, entry) {
  openHistory(page);
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
function isEntry(page, entry) {
  return (
    page.knows(`category_${entry?.category}`) &&
    Array.isArray(entry.scores) &&
    entry.scores.length === page.schema.features.length &&
    entry.scores.every((/** @type {unknown} */ s) => s === null || Number.isInteger(s)) &&
    typeof entry.probability === "number" &&
    typeof entry.label === "string" &&
    !Number.isNaN(Date.parse(entry.time))
  );
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
}

/** @param {Page} page @param {Entry} entry */
function line(page, { time, label, scores, category, probability }) {
  const again = button(page.say("history_open"), () => {
    fill(page, scores, page.say("filled"));
    byId("yes").focus();
  });
  const text = [label, timeText(new Date(time))].filter(Boolean).join(", ");
  again.setAttribute("aria-label", `${page.say("history_open")}: ${text}`);
  return el(
    "li",
    {},
    el("span", {}, icon(category), ` ${categoryText(page, category)}`),
    el("span", {}, probabilityText(page, probability)),
    el("span", {}, scores.map((score) => scoreText(page, score)).join(" ")),
    el("span", { class: "hint" }, text),
    again,
  );
}
