/** Turns the scores on the page into an answer on the page, or into a state that says why not. */
import { predict } from "./api.js";
import { byId } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { readScores } from "./form.js";
import { openHistory, remember } from "./history.js";
import { Failure } from "./reply.js";
import { showResult } from "./result.js";
import { category, labelOf } from "./wording.js";

/** @import { Case, Page, Score } from "./types.js" */
/** @import { Shown } from "./faults.js" */

const SLOW_MS = 1_000;

/** @type {AbortController | null} */
let running = null;
/** @type {Case | null} */
let last = null;

/** @param {Page} page */
export function prepare(page) {
  openHistory(page);
  page.redraws.add(() => last && showResult(page, last));
}

/** @param {Page} page @returns {Promise<void>} */
export async function classify(page) {
  if (running) return;
  const scores = readScores(page.schema.features);
  const faults = missing(page, scores);
  if (faults.length) {
    page.enter("faulty");
    return showFaults(page, faults);
  }
  clearFaults(page);
  running = new AbortController();
  page.enter("working", page.say("working"));
  const slow = setTimeout(() => page.enter("starting", page.say("starting")), SLOW_MS);
  const cancel = () => running?.abort();
  byId("cancel").addEventListener("click", cancel);
  try {
    last = await ask(page, /** @type {Case["scores"]} */ (scores), running.signal);
    page.enter("done");
    showResult(page, last);
    byId("result-title").focus({ preventScroll: true });
    byId("result").scrollIntoView();
    const { label, time, prediction, model } = last;
    remember(page, {
      time: time.toISOString(),
      label,
      scores: last.scores,
      category: category(prediction),
      probability: prediction.probability,
      version: model.version,
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    showFailure(page, error);
  } finally {
    clearTimeout(slow);
    byId("cancel").removeEventListener("click", cancel);
    running = null;
  }
}

/** @param {Page} page @param {Case["scores"]} scores @param {AbortSignal} signal @returns {Promise<Case>} */
async function ask(page, scores, signal) {
  const sample = Object.fromEntries(page.schema.features.map((f, i) => [f.name, scores[i]]));
  const { answer, requestId } = await predict([sample], { signal });
  const [prediction] = answer.predictions;
  if (!prediction) throw new Failure("refused", { faults: answer.errors, requestId });
  const label = /** @type {HTMLInputElement} */ (byId("sample-label")).value.trim();
  return { scores, label, prediction, model: answer.model, requestId, time: new Date() };
}

/** @param {Page} page @param {Score[]} scores @returns {Shown[]} */
function missing(page, scores) {
  const faults = page.schema.features
    .filter((_, index) => scores[index] === undefined)
    .map(({ name }) => ({
      field: name,
      message: page.say("fault_select", { feature: page.inText(labelOf(page, name)) }),
    }));
  if (byId("yes").ariaPressed === "true") return faults;
  return [{ field: "gate", message: page.say("fault_gate") }, ...faults];
}

/** @param {Page} page @param {Failure} failure */
function showFailure(page, failure) {
  const { kind, requestId, waitMs } = failure;
  const seconds = page.number(Math.ceil(waitMs / 1000) || 10);
  const words = [page.say(kind, { seconds })];
  if (requestId) words.push(page.say("request_id", { id: requestId }));
  page.enter(kind, words.join(" "));
  if (kind !== "refused" || !failure.faults.length) return;
  const shown = failure.faults.map(({ field, message }) => {
    const text = field ? message.replace(field, labelOf(page, field)) : message;
    return { field, message: text.charAt(0).toUpperCase() + text.slice(1) };
  });
  showFaults(page, shown);
}
