/** Turns texts into scores, or into every fault: one set of rules for links, pastes and files. */

/** @import { Page } from "./types.js" */

/** @typedef {{ scores: (number | null)[], why?: undefined } | { scores?: undefined, why: string }} Read */

/** @param {Page} page @param {number} found */
export const countFault = (page, found) =>
  page.say(found === 1 ? "fault_count_one" : "fault_count", {
    found,
    needed: page.schema.features.length,
  });

/** @param {Page} page @param {string[]} texts in the schema's order @returns {Read} */
export function readScoreTexts(page, texts) {
  const { features, missing } = page.schema;
  if (texts.length !== features.length) {
    return { why: countFault(page, texts.length) };
  }
  /** @type {string[]} */
  const faults = [];
  const scores = features.map(({ label, min, max, may_be_missing: optional }, index) => {
    const text = texts[index].trim();
    const feature = page.own(label);
    const absent = text === "" || text === missing;
    if (absent && optional) return null;
    if (absent) faults.push(page.say("fault_select", { feature: page.inText(feature) }));
    else if (!/^-?\d+$/.test(text)) faults.push(page.say("fault_whole", { feature }));
    else if (Number(text) < min || Number(text) > max) {
      faults.push(page.say("fault_range", { feature, min, max }));
    }
    return Number(text);
  });
  return faults.length ? { why: faults.join("; ") } : { scores };
}
