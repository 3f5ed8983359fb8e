/** Turns rows of cells into samples, each with its scores or with what is wrong with it. */
import { parse } from "./csv.js";
import { countFault, readScoreTexts } from "./scores.js";

/** @import { Page, Prediction } from "./types.js" */

export const MAX_ROWS = 1_000;

/**
 * @typedef {object} Row
 * @property {number} line as a spreadsheet counts, from 1
 * @property {string} id
 * @property {string} given the scores as they stand in the file
 * @property {string} known the class that the file states, or nothing
 * @property {(number | null)[]} [scores]
 * @property {string} [why] the faults
 * @property {Prediction} [prediction]
 * @property {boolean} [failed] the service did not answer for it; it can be tried again
 */

/**
 * Where in a row the scores, the id and the class are; -1 where there is none.
 *
 * @typedef {{ scores: number[], id: number, known: number, width: number }} Columns
 */

/** @param {Page} page @param {string} text untrusted @returns {Row[]} */
export function readRows(page, text) {
  const lines = parse(text);
  if (!lines.length) return [];
  const named = namedColumns(page, lines[0].cells);
  const body = named ? lines.slice(1) : lines;
  const all = body.map(({ cells }) => cells);
  const columns = named ?? guessColumns(page, all);
  return body.map(({ line, cells }) => readRow(page, line, cells, columns));
}

/** @param {Page} page @param {number} line @param {string[]} cells @param {Columns} columns */
function readRow(page, line, cells, { scores: places, id, known, width }) {
  const texts = places.map((place) => cells[place] ?? "");
  const given = texts.map((text) => text.trim().slice(0, 12)).join(" ");
  const row = { line, id: cells[id]?.trim() ?? "", known: className(page, cells[known]), given };
  // A cell too few or too many shifts the others: none of them may be taken for a score
  if (cells.length !== width) {
    const found = Math.max(0, cells.length - width + places.length);
    return { ...row, why: countFault(page, found) };
  }
  return { ...row, ...readScoreTexts(page, texts) };
}

/** @param {string} text */
const plain = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "");

/** @param {Page} page @param {string[]} cells @returns {Columns | null} null where it is no header */
function namedColumns({ schema, own }, cells) {
  const names = cells.map(plain);
  const find = (/** @type {string[]} */ ...known) =>
    names.findIndex((name) => known.some((each) => plain(each) === name));
  const scores = schema.features.map(({ name, label }) => find(name, label, own(label)));
  if (scores.includes(-1)) return null;
  const known = find(schema.class_column, "class");
  return { scores, id: find(schema.id_column, "id"), known, width: cells.length };
}

/**
 * Without a header: nine scores, perhaps an id before them, perhaps a class behind them.
 *
 * @param {Page} page
 * @param {string[][]} body
 * @returns {Columns}
 */
function guessColumns(page, body) {
  const count = page.schema.features.length;
  const rowsOf = (/** @type {number} */ width) => body.filter((cells) => cells.length === width);
  const widths = [count, count + 1, count + 2];
  const width = widths.sort((a, b) => rowsOf(b).length - rowsOf(a).length)[0];
  const whole = rowsOf(width);
  const classed =
    whole.every((cells) => className(page, cells[width - 1])) &&
    (width === count + 2 || whole.every((cells) => /^([1-9]|10)$/.test(cells[0].trim())));
  const known = width > count && classed ? width - 1 : -1;
  const id = width - (known > 0 ? 1 : 0) > count ? 0 : -1;
  const scores = Array.from({ length: count }, (_, index) => id + 1 + index);
  return { scores, id, known, width };
}

/** @param {Page} page @param {string} [text] a class by name or code @returns {string} */
function className({ schema }, text = "") {
  const given = text.trim().toLowerCase();
  return (
    schema.classes.find(({ name, code }) => name === given || String(code) === given)?.name ?? ""
  );
}
