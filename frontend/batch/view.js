/** Draws the answers to a table: counts, and a row for every row. */
import { button, column, el, row, table } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import {
  category,
  categoryText,
  className,
  labelOf,
  rangeText,
  warningText,
} from "../shared/words.js";

/** @import { Answer, Key, Page, Prediction, ServiceError } from "../shared/types.js" */

/** An error in the reader's language by its code, else in the service's words. */
/** @param {Page} page @param {ServiceError} error */
export function errorWords(page, { code, field, message }) {
  const key = /** @type {Key} */ (`code_${code}`);
  if (page.lang === "en" || !page.knows(key)) return message;
  return page.say(key, { field: labelOf(page, field) });
}

/**
 * @param {Page} page
 * @param {Answer} answer
 * @param {(index: number, prediction: Prediction) => void} opened
 */
export function answers(page, { predictions, errors = [] }, opened) {
  const classed = predictions.some((each) => each && "class" in each);
  /** @type {Key[]} */
  const keys = ["col_row", "col_id", "col_answer", "probability", "col_notes"];
  if (classed) keys.splice(4, 0, "col_class");
  const rows = predictions.map((prediction, index) => {
    const own = errors.filter(({ sample }) => sample === index);
    if (!prediction) {
      const why = own.map((error) => errorWords(page, error)).join("; ");
      const text = page.say("row_error", { row: index + 1, why });
      return row(String(index + 1), el("td", { class: "error", colspan: keys.length - 1 }, text));
    }
    const kind = category(page, prediction);
    const made = row(
      String(index + 1),
      el("td", {}, prediction.id ?? ""),
      el("td", {}, icon(kind), ` ${categoryText(page, kind)}`),
      el("td", { class: "number" }, rangeText(page, prediction)),
      classed && el("td", {}, className(page, prediction.class ?? "")),
      el("td", {}, prediction.warnings.map((warning) => warningText(page, warning)).join(" ")),
    );
    if (!prediction.sample) return made;
    const open = button("›", () => opened(index, prediction));
    open.ariaLabel = `${page.say("row_open")}: ${page.say("col_row")} ${index + 1}`;
    made.cells[0].append(" ", open);
    return made;
  });
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": page.say("batch_table") },
    table(
      { class: "rows" },
      keys.map((key) => column(page.say(key))),
      rows,
    ),
  );
}

/** @param {Page} page @param {Answer} answer @returns {HTMLElement[]} */
export function summary(page, { summary: counts }) {
  if (!counts) return [];
  const share = (/** @type {number | null | undefined} */ value) =>
    typeof value === "number" ? page.number(value, 3) : "–";
  const numbers = /** @type {any} */ (counts);
  const entries = ["rows", "answered", "refused", "inconclusive"].map((name) => [
    page.say(/** @type {Key} */ (`sum_${name}`)),
    page.number(numbers[name]),
  ]);
  for (const [name, count] of Object.entries(counts.labels))
    entries.push([page.say("sum_label", { name: className(page, name) }), page.number(count)]);
  if ("sensitivity" in counts) {
    entries.push(
      [page.say("sum_sensitivity"), share(counts.sensitivity)],
      [page.say("sum_specificity"), share(counts.specificity)],
    );
  }
  entries.push([page.say("sum_model"), counts.model]);
  const list = el(
    "dl",
    { class: "facts tally" },
    ...entries.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
  );
  return counts.confusion ? [list, confusion(page, counts.confusion)] : [list];
}

/** @param {Page} page @param {Record<string, Record<string, number>>} counts true class → label → rows */
function confusion(page, counts) {
  const names = page.schema.classes.map(({ name }) => name);
  const label = (/** @type {string} */ name) =>
    column(page.say("sum_label", { name: className(page, name) }), "number");
  const made = table(
    { class: "tally confusion" },
    [column(page.say("col_class")), ...names.map(label)],
    names.map((known) =>
      row(
        className(page, known),
        ...names.map((name) =>
          el("td", { class: "number" }, page.number(counts[known]?.[name] ?? 0)),
        ),
      ),
    ),
  );
  made.createCaption().textContent = page.say("confusion");
  return made;
}

/**
 * What the columns of a table may be, where it can be read in more than one way.
 *
 * @param {Page} page
 * @param {{ first_row: string[], readings: string[] }} table as the service describes it
 * @param {() => void} changed
 */
export function choice(page, { first_row: cells, readings }, changed) {
  const made = el(
    "fieldset",
    {},
    el("legend", {}, page.say("batch_choice")),
    el("p", { class: "hint" }, page.say("batch_first_row", { cells: cells.join(", ") })),
    ...readings.map((reading, index) => {
      const input = el("input", {
        type: "radio",
        name: "reading",
        value: reading,
        id: `reading-${index}`,
      });
      input.checked = index === 0;
      return el(
        "p",
        { class: "reading" },
        input,
        el("label", { for: input.id }, readingText(page, reading)),
      );
    }),
  );
  made.addEventListener("change", changed);
  return made;
}

/** @param {Page} page @param {string} reading such as "scores,class" */
const readingText = (page, reading) =>
  reading
    .split(",")
    .map((part) => {
      const key = /** @type {Key} */ (`reading_${part}`);
      return page.knows(key) ? page.say(key) : part;
    })
    .join(", ");
