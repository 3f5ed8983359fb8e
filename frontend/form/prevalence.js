/** Lets the reader say how frequent the positive class is among the samples asked about. */
import { byId, el } from "../shared/dom.js";
import { classNames, logOdds } from "../shared/words.js";
import { load, ready } from "./local.js";

/** @import { Page, Prediction } from "../shared/types.js" */

/** @param {Page} page */
export function preparePrevalence(page) {
  const host = el("details", { id: "more" });
  byId("case").querySelector(".label")?.append(host);
  page.redraws.add(() => draw(page, host));
  page.checks.add(() => write(page));
  draw(page, host);
  load(page).then(
    () => draw(page, host),
    () => {},
  );
}

/** @param {Page} page @param {HTMLElement} host */
function draw(page, host) {
  const names = classNames(page);
  const trained = ready()?.model.prevalence;
  const share = trained ? shareText(page, trained) : "";
  const input = el("input", {
    type: "number",
    id: "prevalence",
    min: 0,
    max: 100,
    step: "any",
    // Closed, the label is not rendered
    "aria-label": page.say("prevalence", names),
    "aria-describedby": "prevalence-hint prevalence-error",
  });
  input.addEventListener("input", () => {
    page.prevalence = input.value || input.validity.badInput ? input.valueAsNumber / 100 : null;
    page.changed();
  });
  const error = el("p", { class: "error", id: "prevalence-error" });
  host.replaceChildren(
    el("summary", {}, page.say("more")),
    el("label", { for: "prevalence" }, page.say("prevalence", names)),
    el("p", { class: "hint", id: "prevalence-hint" }, page.say("prevalence_hint", { share })),
    error,
    input,
  );
  write(page);
}

/** The field shows what the page holds, also where a link or the history brought it. @param {Page} page */
function write(page) {
  const input = /** @type {HTMLInputElement} */ (byId("prevalence"));
  const { prevalence } = page;
  const shown = input.value ? input.valueAsNumber / 100 : null;
  if (prevalence === null ? input.value : !Number.isNaN(prevalence) && prevalence !== shown) {
    input.value = prevalence === null ? "" : String(Number((prevalence * 100).toPrecision(12)));
  }
  const wrong = !isShare(prevalence);
  byId("prevalence-error").textContent = wrong ? page.say("error_prevalence") : "";
  if (wrong || prevalence !== null) /** @type {HTMLDetailsElement} */ (byId("more")).open = true;
}

/** @param {number | null} prevalence null stands for that of the training data */
export const isShare = (prevalence) => prevalence === null || (prevalence > 0 && prevalence < 1);

/** @param {Page} page @param {number} share of 1 */
export const shareText = (page, share) => page.number(share * 100, share < 0.01 ? 3 : 1);

/** What an answer was given for. @param {Page} page @param {number} share */
export const prevalenceText = (page, share) =>
  page.say("for_prevalence", { share: shareText(page, share), ...classNames(page) });

/** Log-odds by which answers for a prevalence differ from those for the training data's. */
/** @param {number | null} prevalence @param {number} trained */
export const shift = (prevalence, trained) =>
  prevalence === null ? 0 : logOdds(prevalence) - logOdds(trained);

/**
 * The same answer for another prevalence: its odds move, its label stays.
 *
 * @param {Prediction} answer
 * @param {number} by log-odds
 * @returns {Prediction}
 */
export function moved(answer, by) {
  if (!by) return answer;
  const move = (/** @type {number} */ p) => 1 / (1 + Math.exp(-(logOdds(p) + by)));
  const { probability, threshold, probability_range: range } = answer;
  return {
    ...answer,
    probability: move(probability),
    threshold: move(threshold),
    ...(range && { probability_range: /** @type {[number, number]} */ (range.map(move)) }),
  };
}
