/** Sends samples or a table to the service, and asks again where that can help. */

import { Failure, read } from "./response.js";

/** @import { Answer } from "./types.js" */

const TRIES = 3;
const TRY_MS = 8_000;
const TOTAL_MS = 20_000;
const PAUSE_MS = 400;

/**
 * @typedef {object} Options
 * @property {boolean} [explain] force reasons on or off
 * @property {AbortSignal} [signal] the reader's own Cancel
 * @property {number | null} [prevalence] share of the positive class among the samples
 */

/**
 * @param {unknown[]} samples
 * @param {Options} [options]
 * @returns {Promise<{ answer: Answer, requestId: string }>}
 * @throws {Failure}
 */
export function predict(samples, { explain, signal, prevalence = null } = {}) {
  const asked = Object.entries({ explain, prevalence: prevalence ?? undefined })
    .filter(([, value]) => value !== undefined)
    .map((pair) => pair.join("="))
    .join("&");
  const query = asked && `?${asked}`;
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify({ samples }) };
  return send(`/v1/predict${query}`, request, signal, async (response) =>
    read(response, await response.text(), samples.length),
  );
}

/**
 * Ask until there is an answer, or no hope of one.
 *
 * @template Answered
 * @param {string} path
 * @param {RequestInit} request
 * @param {AbortSignal | undefined} signal
 * @param {(response: Response) => Promise<Answered>} receive
 * @returns {Promise<Answered>}
 */
export async function send(path, request, signal, receive) {
  const end = Date.now() + TOTAL_MS;
  for (let tries = 1; ; tries++) {
    try {
      const limitMs = Math.min(TRY_MS, end - Date.now());
      return await attempt(path, request, limitMs, signal, receive);
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
 * @template Answered
 * @param {string} path
 * @param {RequestInit} request
 * @param {number} limitMs
 * @param {AbortSignal | undefined} signal
 * @param {(response: Response) => Promise<Answered>} receive
 */
async function attempt(path, request, limitMs, signal, receive) {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(), limitMs);
  const stop = () => own.abort();
  signal?.addEventListener("abort", stop);
  try {
    return await receive(await fetch(path, { ...request, signal: own.signal }));
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
