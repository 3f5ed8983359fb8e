/** Turns pasted or uploaded rows into answered rows, and these into a file. */
import { saveAnswers } from "./answers.js";
import { table, tally } from "./batch-view.js";
import { byId, button, el } from "./dom.js";
import { MAX_ROWS, readRows } from "./rows.js";
import { run } from "./runner.js";

/** @import { Page } from "./types.js" */
/** @import { Row } from "./rows.js" */

const MAX_BYTES = 1_000_000;

/** @type {Row[]} */
let rows = [];
/** @type {AbortController | null} */
let running = null;

/** @param {Page} page */
export function openBatch(page) {
  draw(page);
  page.redraws.add(() => draw(page));
}

/** @param {Page} page */
function draw(page) {
  const host = byId("batch");
  const before = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("rows"));
  const area = el("textarea", {
    id: "rows",
    rows: 8,
    spellcheck: "false",
    "aria-describedby": "rows-hint",
  });
  area.value = before?.value ?? "";
  const file = el("input", { type: "file", id: "file", accept: ".csv,.tsv,.txt,text/csv" });
  file.addEventListener("change", () => void readFile(page, area, file.files?.[0]));
  host.replaceChildren(
    el("h1", { id: "batch-title", tabindex: "-1" }, page.say("batch")),
    el("p", { class: "lead" }, page.say("batch_lead", { most: page.number(MAX_ROWS) })),
    el("p", {}, el("label", { for: "rows" }, page.say("batch_rows"))),
    el("p", { class: "hint", id: "rows-hint" }, page.say("batch_hint")),
    area,
    el("p", {}, el("label", { for: "file" }, page.say("batch_file")), " ", file),
    el(
      "p",
      { class: "actions" },
      button(page.say("batch_check"), () => check(page, area.value), { id: "check" }),
    ),
    el("p", { id: "batch-status", class: "status", role: "status" }),
    el("progress", {
      id: "progress",
      max: 1,
      value: 0,
      hidden: true,
      "aria-label": page.say("working"),
    }),
    el("div", { id: "batch-out" }),
  );
  area.addEventListener("dragover", (event) => event.preventDefault());
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    const dropped = event.dataTransfer;
    if (dropped?.files.length) void readFile(page, area, dropped.files[0]);
    else area.value = dropped?.getData("text/plain") ?? "";
  });
  if (rows.length) show(page);
}

/** @param {string} state @param {string} message */
function enter(state, message) {
  byId("batch").dataset.state = state;
  byId("batch-status").textContent = message;
}

/** @param {Page} page @param {HTMLTextAreaElement} area @param {File} [file] */
async function readFile(page, area, file) {
  if (!file) return;
  if (file.size > MAX_BYTES) return enter("faulty", page.say("batch_large"));
  area.value = await file.text();
  check(page, area.value);
}

/** @param {Page} page @param {string} text */
function check(page, text) {
  running?.abort();
  const read = text.length > MAX_BYTES ? [] : readRows(page, text);
  rows = read.length > MAX_ROWS ? [] : read;
  if (text.length > MAX_BYTES) enter("faulty", page.say("batch_large"));
  else if (!read.length) enter("faulty", page.say("batch_empty"));
  else if (!rows.length) {
    const [found, most] = [read.length, MAX_ROWS].map((count) => page.number(count));
    enter("faulty", page.say("batch_many", { found, most }));
  } else {
    const valid = rows.filter((row) => row.scores).length;
    enter("checked", page.say("batch_checked", { valid, faulty: rows.length - valid }));
  }
  show(page);
}

/** @param {Page} page */
function show(page) {
  const open = rows.filter((row) => row.scores && !row.prediction && !row.why);
  const retry = open.some((row) => row.failed);
  const done = rows.some((row) => row.prediction);
  const start = retry
    ? page.say("batch_retry", { count: open.length })
    : page.say("batch_run", { count: open.length });
  byId("batch-out").replaceChildren(
    el(
      "p",
      { class: "actions" },
      open.length > 0 &&
        !running &&
        button(start, () => void classify(page, open), { class: "main", id: "run" }),
      running && button(page.say("cancel"), () => running?.abort(), { id: "stop" }),
      done && button(page.say("batch_save"), () => saveAnswers(page, rows), { id: "save" }),
    ),
    ...(done ? [tally(page, rows)] : []),
    ...(rows.length ? [table(page, rows)] : []),
  );
}

/** @param {Page} page @param {Row[]} open */
async function classify(page, open) {
  const bar = /** @type {HTMLProgressElement} */ (byId("progress"));
  running = new AbortController();
  bar.value = 0;
  bar.hidden = false;
  const tell = (/** @type {number} */ done) => {
    bar.value = done / open.length;
    enter("working", page.say("batch_progress", { done, count: open.length }));
  };
  tell(0);
  show(page);
  byId("stop").focus();
  const failure = await run(open, running.signal, tell);
  running = null;
  bar.hidden = true;
  const answered = rows.filter((row) => row.prediction).length;
  const counts = page.say("batch_done", { answered, count: rows.length });
  const why = failure && page.say(`batch_${failure.kind === "cancelled" ? "cancelled" : "failed"}`);
  enter(failure ? failure.kind : "done", [why, counts].filter(Boolean).join(" "));
  show(page);
  (
    document.getElementById("run") ??
    document.getElementById("save") ??
    byId("batch-title")
  ).focus();
}
