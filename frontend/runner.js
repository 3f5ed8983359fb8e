/** Turns rows into answered rows, some at a time, until all are done or the reader stops it. */
import { predict } from "./api.js";
import { Failure } from "./reply.js";

/** @import { Row } from "./rows.js" */

export const CHUNK = 200;

/**
 * @param {Row[]} rows those to ask about; each gets its prediction, its faults, or `failed`
 * @param {AbortSignal} signal
 * @param {(done: number) => void} progress
 * @returns {Promise<Failure | null>} the first failure; the rows before it keep their answers
 */
export async function run(rows, signal, progress) {
  for (let start = 0; start < rows.length; start += CHUNK) {
    const chunk = rows.slice(start, start + CHUNK);
    try {
      const samples = chunk.map((row) => row.scores);
      const { answer } = await predict(samples, { explain: false, signal });
      for (const [index, row] of chunk.entries()) {
        row.failed = false;
        row.prediction = answer.predictions[index] ?? undefined;
        const faults = (answer.errors ?? []).filter(({ sample }) => sample === index);
        if (!row.prediction) row.why = faults.map(({ message }) => message).join("; ");
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      for (const row of rows.slice(start)) row.failed = true;
      return error;
    }
    progress(Math.min(rows.length, start + CHUNK));
  }
  return null;
}
