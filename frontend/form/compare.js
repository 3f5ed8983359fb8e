/** Shows two answered cases side by side. */
import { button, byId, column, el, row, table } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { category, categoryText, rangeText, valueText } from "../shared/words.js";
import { classNames } from "../shared/words.js";
import { shareText } from "./prevalence.js";

/** @import { Case, Page } from "../shared/types.js" */

/** @type {Case | null} */
let pinned = null;
/** What stands beside it. @type {Case | null} */
let beside = null;

/** Keep this case to compare the next ones with. @param {Page} page @param {Case} answered */
export function pin(page, answered) {
  if (!pinned) {
    page.redraws.add(() => showCompare(page));
    page.checks.add(() => pinned && page.answered !== beside && showCompare(page));
  }
  pinned = answered;
  showCompare(page);
  byId("compare-title").focus();
}

/** @param {Page} page */
function showCompare(page) {
  const host = byId("compare");
  beside = page.answered;
  host.hidden = !pinned;
  if (!pinned) return;
  const second = page.answered && page.answered !== pinned ? page.answered : null;
  const cases = second ? [pinned, second] : [pinned];
  const unpin = () => {
    pinned = null;
    showCompare(page);
    byId("classify").focus();
  };
  const line = (/** @type {string} */ name, /** @type {(Node | string)[][]} */ cells) =>
    row(name, ...cells.map((cell) => el("td", {}, ...cell)));
  const heads = cases.map(
    ({ label }, index) => label || page.say("case_number", { number: index + 1 }),
  );
  const answers = cases.map(({ prediction }) => {
    const kind = category(page, prediction);
    return [icon(kind), ` ${categoryText(page, kind)}`];
  });
  const ranges = cases.map(({ prediction }) => [rangeText(page, prediction)]);
  const shares = cases.map(({ prevalence }) => [
    prevalence === null ? page.say("as_trained") : shareText(page, prevalence),
  ]);
  const values = page.schema.features.map((feature, index) => {
    const texts = cases.map((each) => valueText(page, feature, each.values[index]));
    const made = line(
      feature.label,
      texts.map((text) => [text]),
    );
    if (new Set(texts).size > 1) made.className = "differs";
    return made;
  });
  const asked = cases.some(({ prevalence }) => prevalence !== null);
  host.replaceChildren(
    el("h2", { id: "compare-title", tabindex: "-1" }, page.say("compare")),
    el("p", { class: "hint" }, page.say(second ? "compare_hint" : "compare_next")),
    table(
      {},
      [el("td"), ...heads.map((head) => column(head))],
      [
        line(page.say("col_answer"), answers),
        line(page.say("probability"), ranges),
        ...(asked ? [line(page.say("col_prevalence", classNames(page)), shares)] : []),
        ...values,
      ],
    ),
    el("p", { class: "actions" }, button(page.say("unpin"), unpin)),
  );
}
