/** Fills the form from an example, a paste or a link, and can take that back once. */
import { byId } from "../shared/dom.js";
import { readLink, readTexts } from "./share.js";

/** @import { Page, Value } from "../shared/types.js" */

const label = () => /** @type {HTMLInputElement} */ (byId("sample-label"));
const gate = () => (byId("yes").ariaPressed === "true" ? true : null);

/** @type {{ values: Value[], label: string, gate: boolean | null, prevalence: number | null }} */
let before = { values: [], label: "", gate: null, prevalence: null };

/**
 * Put values into the form; they are another sample's until the reader says otherwise.
 *
 * @param {Page} page
 * @param {Value[]} values
 * @param {string} news what the status line says
 * @param {{ label?: string, gate?: boolean | null, prevalence?: number | null }} [more]
 */
export function fill(page, values, news, more = {}) {
  const { prevalence } = page;
  before = { values: page.values(), label: label().value, gate: gate(), prevalence };
  if (more.prevalence !== undefined) page.prevalence = more.prevalence;
  page.fill(values, more.label ?? label().value, more.gate === undefined ? gate() : more.gate);
  page.changed(news);
  byId("undo").hidden = !before.values.some((value) => value !== undefined);
}

/** The next sample has its own label and its own adequacy. @param {Page} page */
export const clear = (page) => fill(page, [], page.say("cleared"), { label: "", gate: null });

/** @param {Page} page */
export function undo(page) {
  fill(page, before.values, page.say("restored"), before);
  byId("undo").hidden = true;
  byId("classify").focus();
}

/** Examples come from the data, which hold no sample that the gate would stop. @param {Page} page @param {Value[]} values */
export function example(page, values) {
  fill(page, values, page.say("filled"), { gate: true });
  byId("classify").focus();
}

/** The cells of a copied row: tabs before semicolons, bars and commas, and blanks last. */
/** @param {string} text */
function cells(text) {
  // A tab or blank at the end is an empty cell, a line end is none
  const line = text.replace(/[\r\n]+$/, "");
  const sign = ["\t", ";", "|", ",", "\n"].find((each) => line.includes(each));
  const parts = sign ? line.split(sign) : line.trim().split(/\s+/);
  const plain = parts.map((part) => part.trim().replace(/^"(.*)"$/, "$1"));
  // With a comma between the cells, none is within a number
  const decimal = (/** @type {string} */ part) => part.replace(/^([+-]?\d+),(\d+)$/, "$1.$2");
  return sign === "," ? plain : plain.map(decimal);
}

/** A row as a table has it: an id before the values and a class behind them may be there. */
/** @param {Page} page @param {string} text what was copied */
export function paste(page, text) {
  const { features } = page.schema;
  const parts = cells(text);
  const around = parts.length - features.length;
  const inner = around === 2 ? parts.slice(1, -1) : parts;
  const { values, why } = readTexts(page, inner);
  if (values) fill(page, values, page.say(around === 2 ? "filled_inner" : "filled"));
  else page.changed(page.say("not_filled", { why }));
}

/** @param {Page} page @param {string} hash the end of a shared link */
export function open(page, hash) {
  const { values, why, prevalence } = /** @type {any} */ (readLink(page, hash));
  if (values) fill(page, values, page.say("opened"), { prevalence });
  else page.changed(page.say("not_opened", { why }));
}

/** A row of the table as a case; its answer was given for the training data's prevalence. */
/** @param {Page} page @param {Value[]} values @param {string} [id] */
export const openRow = (page, values, id = "") =>
  fill(page, values, "", { label: id.slice(0, 40), gate: true, prevalence: null });
