/** Sends a table to the service as it is, and shows what comes back. */
import { byId, button, el } from "../shared/dom.js";
import { Failure, read } from "../shared/response.js";
import { send } from "../shared/service.js";
import { capital } from "../shared/words.js";

/** @import { Answer, Page, Prediction } from "../shared/types.js" */

/** What a request was made of; the answer belongs to exactly this. @typedef {{ body: string | File, columns: string }} Request */

/** @type {File | null} */
let file = null;
/** @type {{ request: Request, answer: Answer } | null} */
let result = null;
/** @type {any} the problem document of a table that can be read in more than one way */
let problem = null;
/** @type {AbortController | null} */
let running = null;
let opened = false;
/** What shows answers and choices; fetched after the page that asks for rows. */
/** @type {typeof import("./view.js")} */
let view;
/** The row that the reader left the table for. @type {number | null} */
let left = null;

const showing = async () => (view ??= await import("./view.js"));

/** @param {string} name @param {string} type @param {BlobPart} content */
const save = async (name, type, content) =>
  (await import("../shared/save.js")).save(name, type, content);

const area = () => /** @type {HTMLTextAreaElement} */ (byId("rows"));

/** @param {Page} page */
export function openBatch(page) {
  if (!opened) page.redraws.add(() => draw(page));
  if (!opened) draw(page);
  if (!opened) showing().catch(() => {});
  opened = true;
  if (left === null) return;
  const row = byId("batch-out").querySelectorAll(".rows tbody tr")[left];
  /** @type {HTMLElement | null} */ (row?.querySelector("button"))?.focus();
  left = null;
}

/** @param {Page} page */
function draw(page) {
  const text = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("rows"))?.value;
  const rows = el("textarea", {
    id: "rows",
    rows: 7,
    spellcheck: "false",
    "aria-describedby": "rows-hint",
  });
  rows.value = text ?? "";
  const input = el("input", { type: "file", id: "file" });
  const run = button(page.say("batch_run"), () => void classify(page), {
    class: "main",
    id: "run",
  });
  byId("batch").replaceChildren(
    el("h1", { id: "batch-title", tabindex: "-1" }, page.say("batch")),
    el("p", { class: "lead" }, page.say("batch_lead")),
    el("p", {}, el("label", { for: "rows" }, page.say("batch_rows"))),
    el(
      "p",
      { class: "hint", id: "rows-hint" },
      page.say("batch_hint", { missing: page.schema.missing }),
    ),
    rows,
    el(
      "p",
      { class: "actions" },
      button(page.say("batch_examples"), () => fill(page), {
        id: "examples-rows",
        hidden: !page.schema.examples.length,
      }),
      button(page.say("batch_template"), () => template(page), { id: "template" }),
    ),
    el("p", {}, el("label", { for: "file" }, page.say("batch_file")), " ", input),
    el("p", { id: "chosen", class: "actions" }),
    el("div", { id: "choice" }),
    el(
      "p",
      { class: "actions" },
      run,
      button(page.say("cancel"), () => running?.abort(), { id: "stop", hidden: true }),
    ),
    el("div", { id: "batch-status", class: "status", role: "status" }),
    el("div", { id: "batch-out" }),
  );
  rows.addEventListener("input", () => choose(page, null));
  input.addEventListener("change", () => choose(page, input.files?.[0] ?? null));
  byId("batch").ondragover = (event) => event.preventDefault();
  byId("batch").ondrop = (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    choose(page, event.dataTransfer.files[0]);
  };
  choose(page, file);
  if (problem) ask(page);
  show(page);
}

/** The rows are those of the file where one is chosen. @param {Page} page @param {File | null} chosen */
function choose(page, chosen) {
  if (chosen !== file || !chosen) forgetChoice();
  file = chosen;
  const remove = button(page.say("batch_unchoose"), () => {
    /** @type {HTMLInputElement} */ (byId("file")).value = "";
    choose(page, null);
    byId("file").focus();
  });
  byId("chosen").replaceChildren(
    ...(file ? [page.say("batch_chosen", { name: file.name }), remove] : []),
  );
  area().disabled = Boolean(file);
  mark(page);
}

function forgetChoice() {
  problem = null;
  byId("choice").replaceChildren();
}

/** @param {Page} page */
function ask(page) {
  byId("choice").replaceChildren(view.choice(page, problem.table, () => mark(page)));
}

/** @returns {Request} */
const request = () => {
  const chosen = /** @type {HTMLInputElement | null} */ (
    document.querySelector("#choice input:checked")
  );
  return { body: file ?? area().value, columns: chosen?.value ?? "" };
};

/** Answers are marked wherever the rows are no longer those they were given for. @param {Page} page */
function mark(page) {
  const out = byId("batch-out");
  if (!result) return;
  const now = request();
  const same = now.body === result.request.body && now.columns === result.request.columns;
  const version = !page.version || page.version === result.answer.model.version;
  out.dataset.current = String(same && version);
  const note = out.querySelector(".out-of-date");
  if (note)
    note.textContent = same && version ? "" : page.say(same ? "other_model" : "batch_stale");
}

/** @param {string} state @param {string} message */
function enter(state, message) {
  byId("batch").dataset.state = state;
  byId("batch-status").textContent = message;
  byId("batch-status").classList.toggle("failed", !["done", "working"].includes(state));
  const busy = state === "working";
  byId("stop").hidden = !busy;
  byId("run").hidden = busy;
  byId("rows").inert = byId("file").inert = busy;
}

/** @param {Request} asked */
const query = ({ columns }, more = "") =>
  `/v1/predict?explain=false${columns && `&columns=${encodeURIComponent(columns)}`}${more}`;

/** @param {Request} asked @param {string} accept @returns {RequestInit} */
const post = ({ body }, accept) => ({
  method: "POST",
  headers: { "content-type": "text/csv", accept },
  body,
});

/** @param {Page} page */
async function classify(page) {
  const asked = request();
  if (!file && !area().value.trim()) return enter("faulty", page.say("batch_empty"));
  running = new AbortController();
  enter("working", page.say("working"));
  byId("stop").focus();
  try {
    await showing().catch(() => {
      throw new Failure(navigator.onLine ? "unanswered" : "offline");
    });
    const { answer } = await send(
      query(asked, "&samples=true"),
      post(asked, "application/json"),
      running.signal,
      async (response) => read(response, await response.text()),
    );
    result = { request: asked, answer };
    page.version = answer.model.version;
    const answered = answer.predictions.filter(Boolean).length;
    enter("done", page.say("batch_done", { answered, count: answer.predictions.length }));
    show(page);
    page.check();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    fail(page, error);
  } finally {
    running = null;
  }
  if (byId("batch").dataset.state === "done") byId("answers-title").focus();
  else byId(document.querySelector("#choice input")?.id ?? "run").focus();
}

/** @param {Page} page @param {Failure} failure */
function fail(page, failure) {
  const { kind, errors, waitMs } = failure;
  if (kind === "refused" && failure.problem?.table?.readings?.length) {
    problem = failure.problem;
    enter("ambiguous", page.say("batch_ambiguous"));
    return ask(page);
  }
  const seconds = page.number(Math.ceil(waitMs / 1000) || 10);
  const why = errors
    .slice(0, 5)
    .map((error) => capital(view.errorWords(page, error)).replace(/\.?$/, "."));
  const head = kind === "refused" ? page.say("batch_refused") : page.say(kind, { seconds });
  enter(kind, [head, ...why].join(" "));
}

/** @param {Page} page */
function show(page) {
  if (!result) return;
  const { request: asked, answer } = result;
  const file = (/** @type {string} */ name, /** @type {string} */ more) => () =>
    void download(page, asked, name, more);
  byId("batch-out").replaceChildren(
    el("h2", { id: "answers-title", tabindex: "-1" }, page.say("batch_table")),
    el("p", { class: "out-of-date" }),
    el(
      "p",
      { class: "actions" },
      button(page.say("save_csv"), file("answers.csv", ""), { id: "save" }),
      button(page.say("save_excel"), file("answers.csv", "&dialect=excel-de"), {
        id: "save-excel",
      }),
      button(
        page.say("save_json"),
        () => void save("answers.json", "application/json", `${JSON.stringify(answer, null, 2)}\n`),
        { id: "save-json" },
      ),
    ),
    ...(answer.notes?.length
      ? [el("ul", { class: "notes" }, ...answer.notes.map((note) => el("li", {}, note)))]
      : []),
    ...view.summary(page, answer),
    view.answers(page, answer, (index, prediction) => void openRow(page, index, prediction)),
  );
  mark(page);
}

/** The row becomes a case with its own card; Back, and a link on the card, return to the table. */
/** @param {Page} page @param {number} index @param {Prediction} prediction */
async function openRow(page, index, { id, sample = [] }) {
  const [filling, cases] = await Promise.all([
    import("../form/filling.js"),
    import("../form/case.js"),
  ]);
  left = index;
  location.hash = "#single";
  filling.openRow(page, sample, id);
  await cases.classify(page, index);
}

/** The service writes the file, so that its columns have one home. */
/** @param {Page} page @param {Request} asked @param {string} name @param {string} more */
async function download(page, asked, name, more) {
  try {
    const content = await send(
      query(asked, more),
      post(asked, "text/csv"),
      undefined,
      async (response) => {
        const blob = await response.blob();
        if (!response.ok) read(response, await blob.text());
        return blob;
      },
    );
    await save(name, "text/csv", content);
  } catch {
    enter("unanswered", page.say("save_failed"));
  }
}

/** @param {Page} page */
function fill(page) {
  const { features, examples, missing } = page.schema;
  const cell = (/** @type {unknown} */ value) => {
    const text = String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [
    features.map(({ name }) => name),
    ...examples.map(({ values }) => values.map((value) => value ?? missing)),
  ];
  area().value = lines.map((line) => line.map(cell).join(",")).join("\n");
  choose(page, null);
  byId("run").focus();
}

/** @param {Page} page */
function template(page) {
  const names = ["id", ...page.schema.features.map(({ name }) => name), page.schema.class_column];
  void save("template.csv", "text/csv", `${names.join(",")}\r\n`);
}
