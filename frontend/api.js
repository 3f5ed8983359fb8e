/** Turns samples into the service's answer, or into one named failure. */

import { Failure, read } from "./reply.js";

/** @import { Answer } from "./types.js" */

const TRIES = 3;
const TRY_MS = 8_000;
const TOTAL_MS = 20_000;
const PAUSE_MS = 400;

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
