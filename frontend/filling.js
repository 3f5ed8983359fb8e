/** Turns an example, a paste, a link or Clear into chosen scores, and can take it back once. */
import { byId } from "./dom.js";
import { fillScores, readScores } from "./form.js";
import { readScoreTexts } from "./scores.js";
import { readLink } from "./share.js";

/** @import { Page, Score } from "./types.js" */

const label = () => /** @type {HTMLInputElement} */ (byId("sample-label"));

/** @type {{ scores: Score[], label: string, adequate: string | null }} */
let before = { scores: [], label: "", adequate: "false" };

/** @param {Page} page @param {Score[]} scores @param {string} news what the status line says */
export function fill(page, scores, news) {
  const adequate = byId("yes").ariaPressed;
  before = { scores: readScores(page.schema.features), label: label().value, adequate };
  fillScores(page.schema.features, scores);
  page.changed(news);
  byId("undo").hidden = !before.scores.some((score) => score !== undefined);
}

/** The next sample is another one: it has its own label and its own adequacy. */
/** @param {Page} page */
export function clear(page) {
  fill(page, [], page.say("cleared"));
  label().value = "";
  byId("yes").ariaPressed = "false";
}

/** @param {Page} page */
export function undo(page) {
  const { scores, label: text, adequate } = before;
  fill(page, scores, page.say("restored"));
  label().value = text;
  byId("yes").ariaPressed = adequate;
  byId("undo").hidden = true;
  byId("classify").focus();
}

/** The data set holds adequate samples only. */
/** @param {Page} page @param {string} text scores as in a link: 5.1.1.1.2.1.3.1.1 */
export function example(page, text) {
  fill(page, text.split(".").map(Number), page.say("filled"));
  byId("yes").ariaPressed = "true";
  byId("gate-fault").hidden = true;
  byId("classify").focus();
}

/** @param {Page} page @param {string} text what was copied */
export function paste(page, text) {
  const { missing } = page.schema;
  const parts = text.trim().split(/\s*[,;\t|]\s*|\s+/);
  const { scores, why } = readScoreTexts(
    page,
    parts.map((part) => part || missing),
  );
  if (scores) fill(page, scores, page.say("filled"));
  else page.changed(page.say("not_filled", { why }));
}

/** @param {Page} page @param {string} hash the end of a shared link */
export function open(page, hash) {
  const { scores, why } = readLink(page, hash);
  if (scores) fill(page, scores, page.say("opened"));
  else page.changed(page.say("not_opened", { why }));
}
