/** Averages probabilities over what missing values could be, as cytology/missing.py does. */

/** @import { Given, Levels, Row } from "./types.js" */

/** As many as the service averages before it draws a sample of them. */
const MOST_FILLINGS = 1000;

/** @param {Levels} levels @param {any} value @returns {number} */
const placeOf = ({ values, bounds }, value) =>
  bounds?.length ? bounds.filter((bound) => bound <= value).length : values.indexOf(value);

/** Between the two nearest positions of the grid. @param {number[][]} grid @param {number} position */
function between(grid, position) {
  const steps = grid.length - 1;
  const below = Math.min(Math.floor(position * steps), steps - 1);
  const part = position * steps - below;
  return grid[below].map((share, level) => (1 - part) * share + part * grid[below + 1][level]);
}

/**
 * The rows that a row with missing values could be, and the share of each.
 *
 * @param {Row} row
 * @param {Given} given
 * @param {Levels[]} levels of each column
 * @returns {{ row: Row, share: number }[] | null} null where they are too many
 */
export function fillings(row, { positions, shares }, levels) {
  const known = row.flatMap((value, column) =>
    value === null ? [] : [positions[column][placeOf(levels[column], value)]],
  );
  const position = known.length ? sum(known) / known.length : 0.5;
  let found = [{ row, share: 1 }];
  for (const [column, value] of row.entries()) {
    if (value !== null) continue;
    const { values } = levels[column];
    if (found.length * values.length > MOST_FILLINGS) return null;
    const own = between(shares[column], position);
    found = found.flatMap(({ row: filled, share }) =>
      values.map((level, step) => ({ row: filled.with(column, level), share: share * own[step] })),
    );
  }
  return found;
}

/** What adding rounds off is added at the end, as Python does. @param {number[]} values */
function sum(values) {
  let [total, lost] = [0, 0];
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** @param {{ share: number }[]} filled @param {number[]} probabilities */
export function average(filled, probabilities) {
  if (filled.length === 1) return probabilities[0];
  const parts = filled.map(({ share }, index) => share * probabilities[index]);
  const found = sum(parts) / sum(filled.map(({ share }) => share));
  return Math.min(Math.max(found, 0), 1);
}
