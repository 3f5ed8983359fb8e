/** Reads an HTTP response as an answer, or throws the one failure that the page shows. */

/** @import { Answer, Kind, ServiceError } from "./types.js" */

/** Why there is no answer; `errors` where the service named them. */
export class Failure extends Error {
  /** @param {Kind} kind @param {Partial<Failure>} [more] */
  constructor(kind, more = {}) {
    super(kind);
    this.kind = kind;
    this.errors = /** @type {ServiceError[]} */ ([]);
    /** The problem document, where there is one. */
    this.problem = /** @type {any} */ (null);
    this.waitMs = 0;
    this.requestId = "";
    Object.assign(this, more);
  }

  /** Asking again can help; the request changes nothing, so asking twice is safe. */
  get passing() {
    return this.kind === "unanswered" || this.kind === "busy" || this.kind === "unreadable";
  }
}

/** @param {Response} response @param {string} text @param {number} [count] answers that there must be */
export function read(response, text, count) {
  const requestId = response.headers.get("x-request-id") ?? "";
  const { status } = response;
  if (status === 429 || status === 503) {
    const waitMs = retryAfterMs(response.headers.get("retry-after"));
    throw new Failure(waitMs || status === 429 ? "busy" : "unanswered", { waitMs, requestId });
  }
  if (status >= 500) throw new Failure("unanswered", { requestId });
  // The gateway asks for a token or a key, which this page does not have
  if (status === 401 || status === 403) throw new Failure("closed", { requestId });
  /** @type {any} */
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Failure("unreadable", { requestId });
  }
  if (status >= 400) {
    throw new Failure("refused", { requestId, errors: document?.errors ?? [], problem: document });
  }
  const answers = document?.predictions;
  if (
    !Array.isArray(answers) ||
    (count ?? answers.length) !== answers.length ||
    !answers.every(isAnswer)
  ) {
    throw new Failure("unreadable", { requestId });
  }
  return { answer: /** @type {Answer} */ (document), requestId };
}

/** Enough of an answer to be shown; null stands for a refused sample. @param {any} answer */
export const isAnswer = (answer) =>
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
