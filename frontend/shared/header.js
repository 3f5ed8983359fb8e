/** Sets language and theme of any page, and keeps them in the links of the menu. */

/** @import { PageTexts } from "./types.js" */

const root = document.documentElement;
const THEMES = ["light dark", "light", "dark"];
const STORED = "theme";

/** The language that the address asks for, else the browser's. @returns {"en" | "de"} */
export const language = () => {
  const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language;
  return asked.startsWith("de") ? "de" : "en";
};

/** Write the chosen language into the address and into every link between pages. @param {"en" | "de"} lang */
export function keepLanguage(lang) {
  root.lang = lang;
  history.replaceState(history.state, "", `?lang=${lang}${location.hash}`);
  linkPages();
}

/**
 * Write texts into the elements that name them, and into the menu.
 *
 * @param {string} selector of the elements
 * @param {PageTexts} texts
 * @param {"en" | "de"} lang
 */
export function translate(selector, texts, lang) {
  const find = (/** @type {string} */ found) =>
    /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(found));
  for (const element of find(selector))
    element.textContent = texts[/** @type {keyof PageTexts} */ (element.dataset.t)];
  const [skip, header, nav, theme, button] = find(".skip, header, nav, #theme, #language");
  skip.lang = header.lang = lang;
  nav.ariaLabel = texts.nav;
  theme.ariaLabel = theme.title = texts.theme;
  button.lang = lang === "de" ? "en" : "de";
  button.textContent = button.lang.toUpperCase();
  button.ariaLabel = `${button.textContent}: ${texts.other_language}`;
}

/** A link without the language would show its page in the browser's language again. */
export function linkPages() {
  const lang = new URLSearchParams(location.search).get("lang");
  if (!lang) return;
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (
    document.querySelectorAll("a[href]")
  )) {
    const target = new URL(link.href);
    const inPage = link.getAttribute("href")?.startsWith("#");
    if (inPage || target.origin !== location.origin || !/(\/|\.html)$/.test(target.pathname))
      continue;
    target.searchParams.set("lang", lang);
    link.href = target.href;
  }
}

/** @returns {string} */
function storedTheme() {
  try {
    return localStorage.getItem(STORED) ?? THEMES[0];
  } catch {
    return THEMES[0];
  }
}

/** @param {string} theme */
function apply(theme) {
  if (THEMES.includes(theme)) root.style.colorScheme = theme;
}

function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(root.style.colorScheme) + 1) % THEMES.length];
  apply(theme);
  try {
    if (theme === THEMES[0]) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, theme);
  } catch {
    // Storage is forbidden: the theme holds for this page
  }
}

apply(storedTheme());
linkPages();
document.getElementById("theme")?.addEventListener("click", nextTheme);
