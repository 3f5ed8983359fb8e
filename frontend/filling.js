/** Turns an example, a paste, a link or Clear into chosen scores, and can take it back once. */
import { byId } from "./dom.js";
import { fillScores, readScores } from "./form.js";

/** @import { Page, Score } from "./types.js" */

/** @type {Score[]} */
let before = [];

/** @param {Page} page @param {Score[]} scores @param {string} news what the status line says */
export function fill(page, scores, news) {
  before = readScores(page.schema.features);
  fillScores(page.schema.features, scores);
  page.changed(news);
  byId("undo").hidden = !before.some((score) => score !== undefined);
}

/** @param {Page} page */
export function clear(page) {
  fill(page, [], page.say("cleared"));
}

/** @param {Page} page */
export function undo(page) {
  fill(page, before, page.say("restored"));
  byId("undo").hidden = true;
}

/** @param {Page} page @param {string} text scores as in a link: 5.1.1.1.2.1.3.1.1 */
export function example(page, text) {
  fill(page, text.split(".").map(Number), page.say("filled"));
}

/** @param {Page} page @param {string} text what was copied */
export function paste(page, text) {
  const read = readPasted(page, text);
  if (Array.isArray(read)) fill(page, read, page.say("filled"));
  else page.changed(page.say("not_filled", { why: read.why }));
}

/** @param {Page} page @param {string} text @returns {Score[] | { why: string }} */
function readPasted(page, text) {
  const { features, missing } = page.schema;
  const parts = text.trim().split(/\s*[,;\t|]\s*|\s+/);
  if (parts.length !== features.length) {
    return { why: page.say("fault_count", { found: parts.length, needed: features.length }) };
  }
  /** @type {Score[]} */
  const scores = [];
  for (const [index, { label, min, max, may_be_missing: optional }] of features.entries()) {
    const part = parts[index];
    const feature = page.own(label);
    if (optional && (part === missing || part === "")) {
      scores.push(null);
    } else if (!/^\d{1,9}$/.test(part)) {
      return { why: page.say("fault_whole", { feature }) };
    } else if (Number(part) < min || Number(part) > max) {
      return { why: page.say("fault_range", { feature, min, max }) };
    } else {
      scores.push(Number(part));
    }
  }
  return scores;
}
