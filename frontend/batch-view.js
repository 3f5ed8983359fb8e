/** Turns rows into a table, and answers into counts. */
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { category, categoryText, className, probabilityText } from "./wording.js";

/** @import { Key, Page } from "./types.js" */
/** @import { Row } from "./rows.js" */

/** In the order of rising suspicion. */
const CATEGORIES = ["benign", "inconclusive", "malignant"];

/** @param {Page} page @param {Key[]} keys */
const heads = (page, keys) =>
  el("tr", {}, ...keys.map((key) => el("th", { scope: "col" }, page.say(key))));

/** @param {Page} page @param {Row[]} rows */
export function table(page, rows) {
  const faulty = rows.filter((row) => row.why).length;
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": page.say("batch_table") },
    el(
      "table",
      { class: "rows" },
      el("caption", {}, page.say("batch_caption", { count: rows.length, faulty })),
      el("thead", {}, heads(page, ["col_row", "col_id", "col_scores", "col_answer"])),
      el("tbody", {}, ...rows.map((row) => line(page, row))),
    ),
  );
}

/** @param {Page} page @param {Row} row */
function line(page, { line: number, id, given, why, prediction, failed }) {
  const answer = el("td", {});
  if (prediction) {
    const kind = category(prediction);
    const probability = probabilityText(page, prediction.probability);
    answer.append(icon(kind), ` ${categoryText(page, kind)} `, el("span", {}, probability));
  } else if (why) {
    answer.className = "fault";
    answer.append(page.say("batch_fault", { row: number, why }));
  } else {
    answer.append(page.say(failed ? "batch_unanswered" : "batch_ready"));
  }
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, String(number)),
    el("td", {}, id),
    el("td", {}, given),
    answer,
  );
}

/** Counts per category; by class where the file states it. @param {Page} page @param {Row[]} rows */
export function tally(page, rows) {
  const answered = rows.filter((row) => row.prediction);
  const classes = page.schema.classes
    .map(({ name }) => name)
    .filter((name) => answered.some((row) => row.known === name));
  const groups = classes.length ? classes : [""];
  const count = (/** @type {string} */ kind, /** @type {string} */ known) =>
    answered.filter(
      (row) =>
        row.prediction &&
        category(row.prediction) === kind &&
        (known === "" || row.known === known),
    ).length;
  return el(
    "table",
    { class: "tally" },
    el("caption", {}, page.say(classes.length ? "tally_known" : "tally")),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col" }, page.say("col_answer")),
        ...groups.map((known) =>
          el(
            "th",
            { scope: "col", class: "number" },
            known ? className(page, known) : page.say("col_count"),
          ),
        ),
      ),
    ),
    el(
      "tbody",
      {},
      ...CATEGORIES.map((kind) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, icon(kind), ` ${categoryText(page, kind)}`),
          ...groups.map((known) => el("td", { class: "number" }, page.number(count(kind, known)))),
        ),
      ),
    ),
  );
}
