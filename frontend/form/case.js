/** Asks for the answer to the case on the page: from the service, or from this device. */
import { byId, el } from "../shared/dom.js";
import { Failure } from "../shared/response.js";
import { predict } from "../shared/service.js";
import { capital, category, categoryText, labelOf, probabilityText } from "../shared/words.js";
import { clearErrors, errorText, showErrors } from "./errors.js";
import { openHistory, remember } from "./history.js";
import { difference, load, ready } from "./local.js";
import { built } from "./model.js";
import { counts } from "./place.js";
import { isShare, preparePrevalence } from "./prevalence.js";
import { showResult } from "./result.js";

/** @import { Case, Page, Row, Value } from "../shared/types.js" */
/** @import { Shown } from "./errors.js" */

const SLOW_MS = 1_000;

/** @type {AbortController | null} */
let running = null;
let prepared = false;

export const onDevice = () => /** @type {HTMLInputElement} */ (byId("device")).checked;

/** @param {Page} page */
export function prepare(page) {
  if (prepared) return;
  prepared = true;
  openHistory(page);
  // On this device alone nothing is asked for later
  counts(page).catch(() => {});
  preparePrevalence(page);
  offerSheet(page).catch(() => {});
  page.redraws.add(() => page.answered && showResult(page, page.answered));
  page.checks.add(() => mark(page));
  page.checks.add(() => preview(page));
  byId("device").addEventListener("change", () => preview(page));
  load(page).then(
    () => page.check(),
    () => {},
  );
}

/** Show an answer of before. @param {Page} page @param {Case} answered */
export function show(page, answered) {
  prepare(page);
  page.answered = answered;
  showResult(page, answered);
}

/** An answer is marked wherever the form no longer holds what it was given for. @param {Page} page */
function mark(page) {
  const card = byId("result");
  const answered = page.answered;
  card.hidden = !answered || byId("gated").textContent !== "";
  if (!answered) return;
  const values = page.values();
  const given = page.adequate() && values.every((value, i) => value === answered.values[i]);
  const same = given && page.prevalence === answered.prevalence;
  const version = !page.version || page.version === answered.model.version;
  card.dataset.current = String(same && version);
  const note = card.querySelector(".out-of-date");
  if (note) note.textContent = same && version ? "" : page.say(same ? "other_model" : "stale");
}

/** What this device answers to the values on the page, at once. @param {Page} page */
function preview(page) {
  const values = page.values();
  const engine = ready();
  const shown = byId("result").dataset.current === "true" && page.answered;
  const asked = !shown && engine && !faults(page, values).length;
  const answer = asked ? engine.answer(/** @type {Row} */ (values), page.prevalence) : null;
  byId("preview").textContent = answer
    ? page.say("preview", {
        category: categoryText(page, category(page, answer)),
        probability: probabilityText(page, answer.probability),
      })
    : "";
}

/** @param {Page} page @param {number} [tableRow] @returns {Promise<void>} */
export async function classify(page, tableRow) {
  if (running) return;
  prepare(page);
  const values = page.values();
  const errors = faults(page, values);
  if (errors.length) {
    page.enter("faulty");
    return showErrors(page, errors);
  }
  clearErrors(page);
  running = new AbortController();
  page.enter("working", page.say("working"));
  const slow = setTimeout(() => page.enter("starting", page.say("starting")), SLOW_MS);
  const cancel = () => running?.abort();
  byId("cancel").addEventListener("click", cancel);
  try {
    const answered = await ask(page, /** @type {Row} */ (values), running.signal);
    page.answered = { ...answered, tableRow };
    clearTimeout(slow);
    showResult(page, page.answered);
    page.enter("done", page.say(`by_${page.answered.source}`));
    byId("result-title").focus({ preventScroll: true });
    byId("result").scrollIntoView();
    remember(page, page.answered);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    clearTimeout(slow);
    showFailure(page, error);
  } finally {
    byId("cancel").removeEventListener("click", cancel);
    running = null;
  }
}

/** @param {Page} page @param {Row} values @param {AbortSignal} signal @returns {Promise<Case>} */
async function ask(page, values, signal) {
  const label = /** @type {HTMLInputElement} */ (byId("sample-label")).value.trim();
  const { prevalence } = page;
  const common = { values, label, prevalence, time: new Date(), requestId: "", difference: 0 };
  if (onDevice()) return { ...common, ...(await device(page, values)), source: "device" };
  try {
    const sample = Object.fromEntries(page.schema.features.map((f, i) => [f.name, values[i]]));
    const { answer, requestId } = await predict([sample], { signal, prevalence });
    const [prediction] = answer.predictions;
    if (!prediction) throw new Failure("refused", { errors: answer.errors, requestId });
    page.version = answer.model.version;
    const { model } = answer;
    const apart = difference(values, prediction, model.version, prevalence);
    return { ...common, prediction, model, requestId, source: "service", difference: apart };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "offline" || !ready()) throw error;
    return { ...common, ...(await device(page, values)), source: "offline" };
  }
}

/** @param {Page} page @param {Row} values */
async function device(page, values) {
  const engine = await load(page).catch(() => {
    throw new Failure("unreadable_model");
  });
  const prediction = engine.answer(values, page.prevalence);
  if (!prediction) throw new Failure("too_many_missing");
  return { prediction, model: engine.model };
}

/** @param {Page} page @param {Value[]} values @returns {Shown[]} */
function faults(page, values) {
  const errors = page.schema.features.flatMap((feature, index) => {
    const text = errorText(page, feature, values[index]);
    return text ? [{ field: feature.name, message: text }] : [];
  });
  const gaps = page.schema.features.filter((_, index) => values[index] === null);
  const most = page.schema.missing_at_most;
  if (!errors.length && gaps.length > most) {
    const message = page.say("error_missing_most", { most, found: gaps.length });
    errors.push({ field: gaps[most].name, message });
  }
  if (!isShare(page.prevalence))
    errors.push({ field: "prevalence", message: page.say("error_prevalence") });
  return page.adequate() ? errors : [{ field: "gate", message: page.say("error_gate") }, ...errors];
}

/** @param {Page} page @param {Failure} failure */
function showFailure(page, failure) {
  const { kind, requestId, waitMs } = failure;
  const seconds = page.number(Math.ceil(waitMs / 1000) || 10);
  const words = [page.say(kind, { seconds })];
  if (requestId) words.push(page.say("request_id", { id: requestId }));
  page.enter(kind, words.join(" "));
  if (kind !== "refused" || !failure.errors.length) return;
  const shown = failure.errors.map(({ field, message }) => {
    const text = field ? message.replace(field, labelOf(page, field)) : message;
    return { field, message: capital(text) };
  });
  showErrors(page, shown);
}

/** The score on paper, in the reader's language, where the model has one. @param {Page} page */
async function offerSheet(page) {
  const { sheets = [] } = await built(page);
  const host = el("p", { id: "paper" });
  byId("lead").after(host);
  const draw = () => {
    const lang = sheets.includes(page.lang) ? page.lang : sheets[0];
    host.replaceChildren(
      lang ? el("a", { href: `sheet.${lang}.html` }, page.say("nav_sheet")) : "",
    );
  };
  page.redraws.add(draw);
  draw();
}
