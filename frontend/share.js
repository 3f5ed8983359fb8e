/** Turns scores into the part of a link that no server sees, and such a part into scores. */

import { readScoreTexts } from "./scores.js";

/** @import { Page } from "./types.js" */
/** @import { Read } from "./scores.js" */

const VERSION = "1";
const NOT_SCORED = "-";

/** @param {(number | null)[]} scores @returns {string} */
export function link(scores) {
  const text = scores.map((score) => score ?? NOT_SCORED).join(".");
  return `${location.origin}${location.pathname}#v=${VERSION}&s=${text}`;
}

/**
 * @param {Page} page
 * @param {string} hash untrusted: anyone can write a link
 * @returns {Read}
 */
export function readLink(page, hash) {
  const given = new URLSearchParams(hash.slice(1));
  if (given.get("v") !== VERSION) return { why: page.say("link_version") };
  const parts = (given.get("s") ?? "").split(".");
  const texts = parts.map((part) => (part === NOT_SCORED ? page.schema.missing : part));
  return readScoreTexts(page, texts);
}
