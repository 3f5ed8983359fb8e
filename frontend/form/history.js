/** Lists the cases answered on this page, and keeps them on the device only if asked to. */
import { byId, button, el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { isAnswer } from "../shared/response.js";
import { category, categoryText, rangeText, rowText, timeText } from "../shared/words.js";
import { warningText } from "../shared/words.js";
import { fill } from "./filling.js";
import { isShare, prevalenceText } from "./prevalence.js";

/** @import { Case, Page } from "../shared/types.js" */

/** The name under which cases are stored. */
const STORED = "cases";
const KEPT = 50;

/** @typedef {Omit<Case, "time"> & { time: Date | string }} Entry its time is a text where it was stored */

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
export function remember(page, answered) {
  entries = [answered, ...entries].slice(0, KEPT);
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
  const { values, prediction, model, label, prevalence, time } = entry ?? {};
  const isValue = (/** @type {unknown} */ value) =>
    value === null || ["number", "string"].includes(typeof value);
  return (
    Array.isArray(values) &&
    values.length === schema.features.length &&
    values.every(isValue) &&
    Boolean(prediction) &&
    isAnswer(prediction) &&
    typeof model?.version === "string" &&
    typeof label === "string" &&
    isShare(prevalence) &&
    !Number.isNaN(Date.parse(time))
  );
}

/** An entry of another model is not what this one would answer. @param {Page} page */
function mark(page) {
  byId("history")
    .querySelectorAll("li")
    .forEach((item, index) => {
      const same = !page.version || entries[index]?.model.version === page.version;
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
  const { time, label, values, prediction, prevalence } = entry;
  const kind = category(page, prediction);
  const again = button(page.say("history_open"), () => {
    fill(page, values, page.say("filled"), { label, prevalence });
    byId("yes").focus();
  });
  const text = [label, timeText(new Date(time))].filter(Boolean).join(", ");
  const asked = prevalence !== null && prevalenceText(page, prevalence);
  again.setAttribute("aria-label", `${page.say("history_open")}: ${text}`);
  return el(
    "li",
    {},
    el("span", {}, icon(kind), ` ${categoryText(page, kind)}`),
    el("span", {}, rangeText(page, prediction)),
    el("span", {}, rowText(page, values)),
    el("span", { class: "hint" }, text),
    again,
    el("span", { class: "hint other-model" }),
    asked && el("span", { class: "hint" }, asked),
    ...prediction.warnings.map((each) =>
      el("span", { class: "hint warning" }, warningText(page, each)),
    ),
  );
}
