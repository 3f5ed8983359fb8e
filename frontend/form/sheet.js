/** Offers the score on paper, in the reader's language, where the model has one. */
import { byId, el } from "../shared/dom.js";

/** @import { Page } from "../shared/types.js" */

/** @param {Page} page */
export async function offerSheet(page) {
  const { sheets = [] } = await (await fetch("site.json")).json();
  const host = el("p", { id: "paper" });
  byId("lead").after(host);
  const draw = () => {
    const lang = sheets.includes(page.lang) ? page.lang : sheets[0];
    host.replaceChildren(
      lang ? el("a", { href: `sheet.${lang}.html` }, page.say("nav_sheet")) : "",
    );
  };
  page.redraws.add(draw);
  draw();
}
