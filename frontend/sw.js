/** Turns the network's absence into the page as it last was; answers are never kept. */
const SHELL = "shell-1";
const FILES = [
  "./",
  "actions.js",
  "answers.js",
  "api.js",
  "app.js",
  "batch-view.js",
  "batch.js",
  "case.js",
  "csv.js",
  "dom.js",
  "faults.js",
  "favicon.svg",
  "features.json",
  "files.js",
  "filling.js",
  "form.js",
  "grid.js",
  "history.js",
  "icons.js",
  "place.js",
  "reasons.js",
  "reply.js",
  "result.js",
  "rows.js",
  "runner.js",
  "scores.js",
  "share.js",
  "strings-de.js",
  "strings-en.js",
  "style.css",
  "whatif.js",
  "wording.js",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)));
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
  const known = FILES.some((file) => pathname === new URL(file, self.registration.scope).pathname);
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
