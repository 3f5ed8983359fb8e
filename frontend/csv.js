/** Turns delimited text into rows of cells, and rows of cells into text that is safe to open. */

const DELIMITERS = [",", ";", "\t"];

/**
 * RFC 4180, and what spreadsheets make of it: a byte-order mark, any line end, three delimiters.
 *
 * @param {string} text
 * @returns {{ line: number, cells: string[] }[]} without empty lines; lines count from 1
 */
export function parse(text) {
  const source = text.replace(/^\uFEFF/, "");
  const delimiter = guessDelimiter(source);
  /** @type {{ line: number, cells: string[] }[]} */
  const rows = [];
  let cells = [""];
  let quoted = false;
  let line = 1;
  let start = 1;
  const finish = () => {
    if (cells.some((cell) => cell.trim())) rows.push({ line: start, cells });
    cells = [""];
    start = line;
  };
  for (let at = 0; at < source.length; at++) {
    const sign = source[at];
    const last = cells.length - 1;
    if (sign === "\n" || (sign === "\r" && source[at + 1] !== "\n")) line++;
    if (quoted) {
      if (sign !== '"') cells[last] += sign;
      else if (source[at + 1] === '"') cells[last] += source[at++];
      else quoted = false;
    } else if (sign === '"' && cells[last] === "") quoted = true;
    else if (sign === delimiter) cells.push("");
    else if (sign === "\n") finish();
    else if (sign === "\r") {
      if (source[at + 1] !== "\n") finish();
    } else cells[last] += sign;
  }
  finish();
  return rows;
}

/** The most frequent one of the first line. @param {string} source */
function guessDelimiter(source) {
  const first = source.trimStart().split(/\r|\n/, 1)[0];
  const counts = DELIMITERS.map((each) => first.split(each).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))];
}

/**
 * Cells that a spreadsheet would run as a formula get an apostrophe before them (OWASP).
 *
 * @param {(string | number | null | undefined)[][]} rows
 */
export const format = (rows) =>
  rows.map((cells) => cells.map((cell) => quote(cell ?? "")).join(",") + "\r\n").join("");

/** @param {string | number} cell */
function quote(cell) {
  const text = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
