/** Lets the reader say what the columns of a table are where it can be read in more than one way. */
import { el } from "../shared/dom.js";

/** @import { Key, Page } from "../shared/types.js" */

/**
 * @param {Page} page
 * @param {{ first_row: string[], readings: string[] }} table as the service describes it
 * @param {() => void} changed
 */
export function choice(page, { first_row: cells, readings }, changed) {
  const made = el(
    "fieldset",
    {},
    el("legend", {}, page.say("batch_choice")),
    el("p", { class: "hint" }, page.say("batch_first_row", { cells: cells.join(", ") })),
    ...readings.map((reading, index) => {
      const input = el("input", {
        type: "radio",
        name: "reading",
        value: reading,
        id: `reading-${index}`,
      });
      input.checked = index === 0;
      return el(
        "p",
        { class: "reading" },
        input,
        el("label", { for: input.id }, words(page, reading)),
      );
    }),
  );
  made.addEventListener("change", changed);
  return made;
}

/** @param {Page} page @param {string} reading such as "scores,class" */
const words = (page, reading) =>
  reading
    .split(",")
    .map((part) => {
      const key = /** @type {Key} */ (`reading_${part}`);
      return page.knows(key) ? page.say(key) : part;
    })
    .join(", ");
