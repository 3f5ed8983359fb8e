/** Turns the schema's features into groups of radio buttons, and what was chosen into scores. */

/** @import { Feature, Page, Score } from "./types.js" */

/**
 * Draw one fieldset per feature, keeping what is chosen (the language may change at any time).
 *
 * @param {HTMLElement} host
 * @param {Page} page
 */
export function renderFeatures(host, page) {
  const kept = host.childElementCount ? readScores(page.schema.features) : [];
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("feature"));
  host.replaceChildren(...page.schema.features.map((feature) => fieldset(template, feature, page)));
  fillScores(page.schema.features, kept);
}

/**
 * @param {HTMLTemplateElement} template
 * @param {Feature} feature
 * @param {Page} page
 */
function fieldset(template, feature, page) {
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const [group, legend, hint, fault, cells, ends] = /** @type {HTMLElement[]} */ ([
    ...copy.querySelectorAll("fieldset, legend, .hint, .fault, .cells, .ends"),
  ]);
  group.id = `group-${feature.name}`;
  hint.id = `hint-${feature.name}`;
  fault.id = `fault-${feature.name}`;
  ends.id = `ends-${feature.name}`;
  group.setAttribute("aria-describedby", `${hint.id} ${ends.id}`);
  legend.textContent = page.own(feature.label);
  hint.textContent = page.own(feature.help);
  for (let score = feature.min; score <= feature.max; score++) {
    cells.append(cell(feature, String(score), String(score)));
  }
  if (feature.may_be_missing) {
    cells.append(cell(feature, page.schema.missing, page.say("not_scored")));
  }
  ends.children[0].textContent = page.say("ends", {
    score: feature.min,
    meaning: page.own(feature.low),
  });
  ends.children[1].textContent = page.say("ends", {
    score: feature.max,
    meaning: page.own(feature.high),
  });
  return copy;
}

/**
 * @param {Feature} feature
 * @param {string} value
 * @param {string} text
 */
function cell(feature, value, text) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const shown = document.createElement("span");
  Object.assign(input, {
    type: "radio",
    name: feature.name,
    value,
    id: `${feature.name}-${value}`,
  });
  shown.textContent = text;
  label.append(input, shown);
  return label;
}

/** @param {Feature} feature @returns {HTMLInputElement[]} */
const inputs = (feature) => [
  .../** @type {NodeListOf<HTMLInputElement>} */ (document.getElementsByName(feature.name)),
];

/** @param {Feature[]} features @returns {Score[]} */
export function readScores(features) {
  return features.map((feature) => {
    const chosen = inputs(feature).find((input) => input.checked);
    return chosen && (/^\d+$/.test(chosen.value) ? Number(chosen.value) : null);
  });
}

/** @param {Feature[]} features @param {Score[]} scores */
export function fillScores(features, scores) {
  features.forEach((feature, index) => {
    const score = scores[index];
    for (const input of inputs(feature)) {
      input.checked = score === null ? !/^\d+$/.test(input.value) : input.value === String(score);
    }
  });
}

/** Move to a group: to what is chosen in it, else to its first score. @param {Feature} feature */
export function focusFeature(feature) {
  const group = inputs(feature);
  (group.find((input) => input.checked) ?? group[0]).focus();
}

/**
 * A digit chooses its score, 0 the tenth, the sign for a missing score "not scored".
 *
 * @param {KeyboardEvent} event
 */
export function chooseByKey(event) {
  const { target, key } = event;
  if (!(target instanceof HTMLInputElement) || target.type !== "radio") return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const value = key === "0" ? "10" : key === "-" ? "?" : key;
  const input = /** @type {HTMLInputElement | null} */ (
    document.getElementById(`${target.name}-${value}`)
  );
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.click();
}
