/** Lets the reader take an answered case away: as text, link, print or JSON, or beside another. */
import { button, el } from "../shared/dom.js";
import { sentence, timeText, valueText } from "../shared/words.js";
import { category, categoryText, rangeText } from "../shared/words.js";
import { link } from "./share.js";

/** @import { Case, Page } from "../shared/types.js" */

/** @param {Page} page @param {Case} answered @param {string[]} notes */
export function actions(page, answered, notes) {
  const news = el("span", { role: "status" });
  const address = link(page, answered.values, answered.prevalence);
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
  const compare = async () => (await import("./compare.js")).pin(page, answered);
  const keep = async () => {
    const { save } = await import("../shared/save.js");
    save("answer.json", "application/json", asJson(page, answered));
  };
  const text = () => asText(page, answered, notes, address);
  return el(
    "p",
    { class: "actions" },
    button(page.say("copy"), () => void copy(text(), "copied")),
    button(page.say("print"), () => window.print()),
    button(page.say("share"), () => void copy(address, "link_copied")),
    button(page.say("json"), () => void keep()),
    button(page.say("pin"), () => void compare()),
    news,
  );
}

/** @param {Page} page @param {Case} answered @param {string[]} notes @param {string} address */
function asText(page, { values, label, prediction, model, requestId, time }, notes, address) {
  return [
    ...(label ? [label] : []),
    categoryText(page, category(page, prediction)),
    sentence(page, prediction),
    `${page.say("probability")}: ${rangeText(page, prediction)}`,
    ...notes.map((note) => `! ${note}`),
    ...page.schema.features.map(
      (feature, index) => `${feature.label}: ${valueText(page, feature, values[index])}`,
    ),
    [`${model.name} ${model.version}`, timeText(time), requestId].filter(Boolean).join(", "),
    address,
    ...page.schema.limits_of_use,
  ].join("\n");
}

/** @param {Page} page @param {Case} answered */
function asJson(page, { values, label, prediction, model, requestId, time, source, prevalence }) {
  const sample = Object.fromEntries(page.schema.features.map(({ name }, i) => [name, values[i]]));
  const facts = { time: time.toISOString(), request_id: requestId, answered_by: source, model };
  const asked = prevalence === null ? {} : { prevalence };
  return `${JSON.stringify({ label, ...facts, ...asked, sample, prediction }, null, 2)}\n`;
}
