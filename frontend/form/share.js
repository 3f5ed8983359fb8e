/** Writes values into the part of a link that no server sees, and reads such a part. */
import { errorText } from "./errors.js";
import { isShare } from "./prevalence.js";

/** @import { Page, Read, Row } from "../shared/types.js" */

const VERSION = "1";
const NOT_KNOWN = "-";
const WHOLE = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** @param {Page} page @param {Row} values @param {number | null} prevalence @returns {string} */
export function link(page, values, prevalence) {
  // A dot separates whole numbers, as in every link so far; other values need another sign
  const sign = values.every((value) => value === null || Number.isInteger(value)) ? "." : "~";
  const text = values.map((value) => (value === null ? NOT_KNOWN : encoded(value))).join(sign);
  return `${location.origin}${location.pathname}?lang=${page.lang}#v=${VERSION}&s=${text}${prevalence === null ? "" : `&p=${prevalence}`}`;
}

/** So that no value reads as a sign of the link. @param {number | string} value */
const encoded = (value) =>
  typeof value === "number"
    ? String(value)
    : encodeURIComponent(value).replaceAll("~", "%7E").replace(/^-$/, "%2D");

/**
 * @param {Page} page
 * @param {string} hash untrusted: anyone can write a link
 * @returns {Read}
 */
export function readLink(page, hash) {
  const given = new URLSearchParams(hash.slice(1));
  if (given.get("v") !== VERSION) return { why: page.say("link_version") };
  // Split before it is decoded: a value may hold the sign
  const text = /[#&]s=([^&]*)/.exec(hash)?.[1] ?? "";
  const parts = text.split(text.includes("~") ? "~" : ".");
  const prevalence = given.has("p") ? Number(given.get("p")) : null;
  if (!isShare(prevalence)) return { why: page.say("error_prevalence") };
  const read = readTexts(
    page,
    parts.map((part) => (part === NOT_KNOWN ? page.schema.missing : decoded(part))),
  );
  return read.values ? { ...read, prevalence } : read;
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @param {Page} page @param {string[]} texts one per feature, in the schema's order @returns {Read} */
export function readTexts(page, texts) {
  const { features, missing } = page.schema;
  if (texts.length !== features.length) {
    const key = texts.length === 1 ? "error_count_one" : "error_count";
    return { why: page.say(key, { found: texts.length, needed: features.length }) };
  }
  const values = features.map((feature, index) => {
    const text = texts[index].trim();
    if (text === "" || text === missing) return null;
    if (feature.kind === "category")
      return feature.values.find(({ label }) => label === text)?.value ?? text;
    return (feature.kind === "real" ? NUMBER : WHOLE).test(text) ? Number(text) : NaN;
  });
  const why = features.map((feature, index) => errorText(page, feature, values[index]));
  return why.some(Boolean) ? { why: why.filter(Boolean).join("; ") } : { values };
}
