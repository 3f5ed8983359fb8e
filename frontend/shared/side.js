/** Puts the menu of a page beside the form into the reader's language, and adds copy buttons. */
import { keepLanguage, language } from "./header.js";

/** @import { Key, Strings } from "./types.js" */

const tables = { en: () => import("./strings-en.js"), de: () => import("./strings-de.js") };

/** @param {"en" | "de"} lang */
async function speak(lang) {
  /** @type {Strings} */
  const { text } = (await tables[lang]()).default;
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll("header [data-t], .skip[data-t]")
  )) {
    element.lang = lang;
    element.textContent = text[/** @type {Key} */ (element.dataset.t)];
  }
  const [theme, button] = ["theme", "language"].map((id) => document.getElementById(id));
  if (theme) theme.ariaLabel = theme.title = text.theme;
  if (button) {
    button.lang = lang === "de" ? "en" : "de";
    button.textContent = button.lang.toUpperCase();
    button.ariaLabel = `${button.textContent}: ${text.other_language}`;
  }
  const note = document.getElementById("english-only");
  if (note) {
    note.textContent = text.english_only;
    note.lang = lang;
    document.documentElement.dataset.state = "ready";
  }
  for (const copy of document.querySelectorAll("button.copy")) copy.textContent = text.copy;
}

/** @param {HTMLElement} block */
function copyButton(block) {
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "copy",
  });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent.trim());
      button.textContent = "✓";
    } catch {
      // No clipboard: the text is selected, to be copied by hand
      getSelection()?.selectAllChildren(block);
    }
  });
  block.before(button);
}

document.querySelectorAll("pre").forEach((block) => copyButton(/** @type {HTMLElement} */ (block)));
document.getElementById("language")?.addEventListener("click", () => {
  const lang = language() === "de" ? "en" : "de";
  keepLanguage(lang);
  // The text itself is English, whatever the menu speaks
  document.documentElement.lang = "en";
  void speak(lang);
});
void speak(language());
