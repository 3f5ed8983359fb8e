/** Makes elements from tag, attributes and children; text enters as text, never as markup. */

/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */
/** @typedef {(Node | string | number | null | undefined | false)[]} Children */

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes] false, null and undefined leave the attribute out
 * @param {Children} children
 */
export function el(tag, attributes = {}, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

/**
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {Children} children
 */
export function svg(tag, attributes = {}, ...children) {
  return dress(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/**
 * @template {Element} Made
 * @param {Made} element
 * @param {Attributes} attributes
 * @param {Children} children
 */
function dress(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter(Boolean)));
  return element;
}

/** @param {string} text @param {() => void} press @param {Attributes} [attributes] */
export function button(text, press, attributes = {}) {
  const made = el("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", press);
  return made;
}

/** @param {string} text @param {string} [name] a class */
export const column = (text, name) => el("th", { scope: "col", class: name }, text);

/** A row of a table. @param {Node | string} head @param {Children} cells */
export const row = (head, ...cells) => el("tr", {}, el("th", { scope: "row" }, head), ...cells);

/** @param {Attributes} attributes @param {Node[]} columns @param {Node[]} rows @param {Children} more */
export const table = (attributes, columns, rows, ...more) =>
  el(
    "table",
    attributes,
    el("thead", {}, el("tr", {}, ...columns)),
    el("tbody", {}, ...rows),
    ...more,
  );
