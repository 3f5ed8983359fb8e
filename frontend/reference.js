/**
 * Turns the API page into one that names this site's address and opens the interactive reference.
 *
 * Swagger UI is a hundred times the rest of the page, so it is fetched when asked for only.
 */

/** @typedef {(options: object) => unknown} SwaggerUi */

const button = /** @type {HTMLButtonElement} */ (document.getElementById("open"));
const progress = /** @type {HTMLElement} */ (document.getElementById("progress"));

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

async function open() {
  button.disabled = true;
  progress.textContent = "Loading the reference…";
  const style = Object.assign(document.createElement("link"), {
    rel: "stylesheet",
    href: "vendor/swagger-ui.css",
  });
  const script = Object.assign(document.createElement("script"), { src: "vendor/swagger-ui.js" });
  try {
    await Promise.all([load(style), load(script)]);
  } catch {
    button.disabled = false;
    progress.textContent =
      "The interactive reference was not built with this site. The specification linked above holds the same.";
    return;
  }
  const { SwaggerUIBundle } = /** @type {{ SwaggerUIBundle: SwaggerUi }} */ (
    /** @type {unknown} */ (window)
  );
  SwaggerUIBundle({
    url: "openapi.json",
    domNode: document.getElementById("reference"),
    deepLinking: false,
    validatorUrl: null,
    onComplete: () => {
      progress.textContent = "";
      button.hidden = true;
    },
  });
}

button.addEventListener("click", () => void open());

export {};
