/** Turns answered rows into a CSV file. */
import { format } from "./csv.js";
import { save } from "./files.js";
import { category } from "./wording.js";

/** @import { Page } from "./types.js" */
/** @import { Row } from "./rows.js" */

/** @param {Page} page @param {Row[]} rows */
export function saveAnswers(page, rows) {
  const names = page.schema.features.map(({ name }) => name);
  const head = ["row", "id", ...names, "category", "label", "probability", "class", "problem"];
  const lines = rows.map(({ line, id, scores, prediction, known, why, failed }) => [
    line,
    id,
    ...(scores ?? names.map(() => "")).map((score) => score ?? page.schema.missing),
    prediction && category(prediction),
    prediction?.label,
    prediction?.probability,
    known,
    why ?? (failed ? page.say("batch_unanswered") : ""),
  ]);
  save("answers.csv", "text/csv", format([head, ...lines]));
}
