/** Serves the pages without a network as they last were; answers are never kept. */
const SHELL = "shell-1";
const FILES = [
  "./",
  "404.html",
  "api.html",
  "costs.html",
  "app.webmanifest",
  "favicon.svg",
  "features.json",
  "shared/dom.js",
  "shared/engine.js",
  "shared/header.js",
  "shared/icons.js",
  "shared/link.js",
  "shared/missing.js",
  "shared/page-de.js",
  "shared/page-en.js",
  "shared/response.js",
  "shared/save.js",
  "shared/service.js",
  "shared/side.js",
  "shared/strings-de.js",
  "shared/strings-en.js",
  "shared/style.css",
  "sheet.css",
  "shared/words.js",
  "form/actions.js",
  "form/app.js",
  "form/case.js",
  "form/compare.js",
  "form/errors.js",
  "form/fields.js",
  "form/filling.js",
  "form/history.js",
  "form/local.js",
  "form/model.js",
  "form/place.js",
  "form/prevalence.js",
  "form/reasons.js",
  "form/result.css",
  "form/result.js",
  "form/share.js",
  "form/whatif.js",
  "batch/batch.css",
  "batch/batch.js",
  "batch/de.js",
  "batch/en.js",
  "batch/view.js",
  "costs/costs.css",
  "costs/de.json",
  "costs/en.json",
  "costs/model.js",
  "costs/page.js",
  "costs/plot.js",
  "costs/view.js",
  "reference/reference.css",
  "reference/reference.js",
];
/** Written when the model is trained or the site is built, so they may be absent. */
const MADE = [
  "/v1/model",
  "costs.json",
  "features.de.json",
  "model-card.html",
  "model.json",
  "openapi.json",
  "reference.json",
  "sheet.de.html",
  "sheet.en.html",
  "site.json",
];

async function fill() {
  const cache = await caches.open(SHELL);
  await cache.addAll(FILES);
  await Promise.allSettled(MADE.map((file) => cache.add(file)));
}

self.addEventListener("install", (event) => {
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const others = (names) => names.filter((name) => name !== SHELL);
  const drop = async () =>
    Promise.all(others(await caches.keys()).map((name) => caches.delete(name)));
  event.waitUntil(drop());
});

// The network first, so that a new release is never mixed with an old one while there is a network
self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  const known = [...FILES, ...MADE].some(
    (file) => pathname === new URL(file, self.registration.scope).pathname,
  );
  if (event.request.method === "GET" && known) event.respondWith(fresh(event.request));
});

async function fresh(request) {
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
