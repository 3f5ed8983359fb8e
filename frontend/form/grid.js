/** Moves the focus from cell to cell of a grid. */

/** Arrow keys walk the grid; one cell at a time is in the tab order. @param {KeyboardEvent} event */
export function move(event) {
  const from = /** @type {HTMLElement} */ (event.target);
  const row = /** @type {HTMLElement} */ (from.parentElement);
  const rows = [.../** @type {HTMLElement} */ (row.parentElement).children];
  const column = [...row.children].indexOf(from);
  /** @type {Record<string, Element | undefined>} */
  const targets = {
    ArrowLeft: row.children[Math.max(1, column - 1)],
    ArrowRight: row.children[column + 1],
    ArrowUp: rows[rows.indexOf(row) - 1]?.children[column],
    ArrowDown: rows[rows.indexOf(row) + 1]?.children[column],
    Home: row.children[1],
    End: row.lastElementChild ?? undefined,
  };
  if (!(event.key in targets)) return;
  event.preventDefault();
  const to = /** @type {HTMLElement | undefined} */ (targets[event.key]);
  if (!to) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}
