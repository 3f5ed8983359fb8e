/** Turns an answered case into something to take away: text, a link, a print, JSON. */
import { button, el } from "./dom.js";
import { save } from "./files.js";
import { link } from "./share.js";
import { category, categoryText, labelOf, ofHundred, scoreText, timeText } from "./wording.js";

/** @import { Case, Page } from "./types.js" */

/** @param {Page} page @param {Case} answered */
export function actions(page, answered) {
  const news = el("span", { role: "status" });
  const address = link(answered.scores);
  const copy = async (/** @type {string} */ text, /** @type {"copied" | "link_copied"} */ done) => {
    try {
      await navigator.clipboard.writeText(text);
      news.textContent = page.say(done);
    } catch {
      // No permission, or no clipboard: the reader can still select the text
      const field = el("textarea", { readonly: true, rows: 3, "aria-label": page.say("copy") });
      field.value = text;
      news.replaceChildren(page.say("copy_by_hand"), field);
      field.select();
    }
  };
  return el(
    "p",
    { class: "actions" },
    button(page.say("copy"), () => void copy(asText(page, answered, address), "copied")),
    button(page.say("print"), () => window.print()),
    button(page.say("share"), () => void copy(address, "link_copied")),
    button(page.say("json"), () => save("answer.json", "application/json", asJson(page, answered))),
    news,
  );
}

/** @param {Page} page @param {Case} answered @param {string} address */
function asText(page, { scores, label, prediction, model, requestId, time }, address) {
  return [
    ...(label ? [label] : []),
    categoryText(page, category(prediction)),
    ofHundred(page, prediction.probability),
    ...page.schema.features.map(
      ({ name }, index) => `${labelOf(page, name)}: ${scoreText(page, scores[index])}`,
    ),
    `${model.name} ${model.version}, ${timeText(time)}, ${requestId}`,
    address,
    ...page.schema.limits_of_use.map(page.own),
  ].join("\n");
}

/** @param {Page} page @param {Case} answered */
function asJson(page, { scores, prediction, model, requestId, time }) {
  const sample = Object.fromEntries(page.schema.features.map(({ name }, i) => [name, scores[i]]));
  const document = { time: time.toISOString(), request_id: requestId, model, sample, prediction };
  return `${JSON.stringify(document, null, 2)}\n`;
}
