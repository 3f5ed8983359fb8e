/** Puts the menu of a page beside the form into the reader's language, and adds copy buttons. */
import { keepLanguage, language, translate } from "./header.js";

const tables = { en: () => import("./page-en.js"), de: () => import("./page-de.js") };

/** @param {"en" | "de"} lang */
async function speak(lang) {
  const text = (await tables[lang]()).default;
  translate("header [data-t], .skip", text, lang);
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
