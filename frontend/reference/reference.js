/**
 * Fills the API page: this site's address, an answer of this service, every route.
 *
 * Swagger UI is a hundred times the rest of the page, so it is fetched when asked for only.
 */

import { byId, el } from "../shared/dom.js";

/** @import { Schema } from "../shared/types.js" */

/** @typedef {(options: object) => unknown} SwaggerUi */

const button = /** @type {HTMLButtonElement} */ (byId("open"));
const progress = byId("progress");

for (const place of document.querySelectorAll(".origin")) {
  place.textContent = location.origin;
}

/**
 * @param {HTMLScriptElement | HTMLLinkElement} element
 * @returns {Promise<void>}
 */
function load(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", () => resolve());
    element.addEventListener("error", () => reject(new Error("not there")));
    document.head.append(element);
  });
}

/** The request of the example, and what the service answers to it now. */
async function answer() {
  /** @type {Schema} */
  const { examples, features } = await (await fetch("features.json")).json();
  const values = examples[0]?.values ?? features.map(({ min, values }) => min ?? values[0].value);
  for (const place of document.querySelectorAll(".sample")) {
    place.textContent = JSON.stringify(values).replaceAll(",", ", ");
  }
  const response = await fetch("/v1/predict?explain=false", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ samples: [values] }),
  });
  byId("answer").textContent = JSON.stringify(await response.json(), null, 2);
}

/** A row for each operation of the specification. */
async function routes() {
  const { paths } = await (await fetch("openapi.json")).json();
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.summary)
      .map(([method, { summary }]) => [method.toUpperCase(), path, summary]),
  );
  byId("routes").replaceChildren(
    ...rows.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell)))),
  );
}

async function open() {
  button.disabled = true;
  progress.textContent = "Loading the reference…";
  const style = el("link", { rel: "stylesheet", href: "vendor/swagger-ui.css" });
  const script = el("script", { src: "vendor/swagger-ui.js" });
  try {
    await Promise.all([load(style), load(script)]);
  } catch {
    button.disabled = false;
    progress.textContent =
      "The interactive reference could not be loaded. The specification linked above holds the same.";
    return;
  }
  const { SwaggerUIBundle } = /** @type {{ SwaggerUIBundle: SwaggerUi }} */ (
    /** @type {unknown} */ (window)
  );
  SwaggerUIBundle({
    url: "openapi.json",
    domNode: byId("reference"),
    deepLinking: false,
    validatorUrl: null,
    onComplete: () => {
      progress.textContent = "";
      button.hidden = true;
    },
  });
}

button.addEventListener("click", () => void open());
answer().catch(() => {});
routes().catch(() => {});
// `make site` adds the interactive reference; without it there is no button to press
fetch("site.json").then(
  async (response) => {
    const { reference } = await response.json();
    byId("open-place").hidden = !reference;
  },
  () => {},
);
