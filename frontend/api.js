/** Turns samples into the service's answer, or into one named failure. */

/** @import { Answer, Fault } from "./types.js" */

const TRIES = 3;
const TRY_MS = 8_000;
const TOTAL_MS = 20_000;
const PAUSE_MS = 400;

/** @typedef {"offline" | "unanswered" | "busy" | "unreadable" | "refused" | "cancelled"} Kind */

/** What went wrong, in the page's words; `faults` where the service named them. */
export class Failure extends Error {
  /** @param {Kind} kind @param {Partial<Failure>} [more] */
  constructor(kind, more = {}) {
    super(kind);
    this.kind = kind;
    this.faults = /** @type {Fault[]} */ ([]);
    this.waitMs = 0;
    this.requestId = "";
    Object.assign(this, more);
  }

  /** Asking again can help; the request changes nothing, so asking twice is safe. */
  get passing() {
    return this.kind === "unanswered" || this.kind === "busy" || this.kind === "unreadable";
  }
}

/**
 * @typedef {object} Options
 * @property {boolean} [explain] force reasons on or off
 * @property {AbortSignal} [signal] the reader's own Cancel
 */

/**
 * @param {unknown[]} samples
 * @param {Options} [options]
 * @returns {Promise<{ answer: Answer, requestId: string }>}
 * @throws {Failure}
 */
export async function predict(samples, { explain, signal } = {}) {
  const path = explain === undefined ? "/v1/predict" : `/v1/predict?explain=${explain}`;
  const body = JSON.stringify({ samples });
  const end = Date.now() + TOTAL_MS;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(path, body, samples.length, Math.min(TRY_MS, end - Date.now()), signal);
    } catch (error) {
      const failure = /** @type {Failure} */ (error);
      // Half to one and a half of the pause, so that many pages do not return at the same instant
      const pause = failure.waitMs || PAUSE_MS * 2 ** (tries - 1) * (0.5 + Math.random());
      if (!failure.passing || tries === TRIES || Date.now() + pause >= end) throw failure;
      await rest(pause, signal);
    }
  }
}

/**
 * @param {string} path
 * @param {string} body
 * @param {number} count
 * @param {number} limitMs
 * @param {AbortSignal} [signal]
 */
async function attempt(path, body, count, limitMs, signal) {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(), limitMs);
  const stop = () => own.abort();
  signal?.addEventListener("abort", stop);
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: own.signal,
    });
    return read(response, await response.text(), count);
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (signal?.aborted) throw new Failure("cancelled");
    throw new Failure(navigator.onLine ? "unanswered" : "offline");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** @param {Response} response @param {string} text @param {number} count */
function read(response, text, count) {
  const requestId = response.headers.get("x-request-id") ?? "";
  const { status } = response;
  if (status === 429 || status === 503) {
    const waitMs = retryAfterMs(response.headers.get("retry-after"));
    throw new Failure(waitMs || status === 429 ? "busy" : "unanswered", { waitMs, requestId });
  }
  if (status >= 500) throw new Failure("unanswered", { requestId });
  /** @type {any} */
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Failure("unreadable", { requestId });
  }
  if (status >= 400) throw new Failure("refused", { requestId, faults: document?.errors ?? [] });
  const answers = document?.predictions;
  if (!Array.isArray(answers) || answers.length !== count || !answers.every(isAnswer)) {
    throw new Failure("unreadable", { requestId });
  }
  return { answer: /** @type {Answer} */ (document), requestId };
}

/** Enough of an answer to be shown; null stands for a sample at fault. @param {any} answer */
const isAnswer = (answer) =>
  answer === null ||
  (typeof answer?.label === "string" &&
    answer.probability >= 0 &&
    answer.probability <= 1 &&
    Array.isArray(answer.prediction_set) &&
    Array.isArray(answer.warnings));

/** @param {string | null} header seconds, or a date @returns {number} 0 where there is none */
function retryAfterMs(header) {
  if (!header) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return ms > 0 ? ms : 0;
}

/** @param {number} ms @param {AbortSignal} [signal] */
function rest(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new Failure("cancelled"));
    });
  });
}
