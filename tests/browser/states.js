/** Brings the opened page into each of its states, in any engine: `await states.faulty()`. */
globalThis.states = (() => {
  const WAIT_MS = 60_000;
  const CASES = {
    benign: [5, 1, 1, 1, 2, 1, 3, 1, 1],
    inconclusive: [5, 3, 4, 3, 2, 8, 3, 2, 1],
    malignant: [8, 10, 10, 8, 7, 10, 9, 7, 1],
    missing: [5, 3, 4, 3, 2, null, 3, 2, 9],
  };
  const ROWS = "5,1,1,1,2,1,3,1,1\n5,3,4,3,2,?,3,2,1\n8,10,10,8,7,10,9,7,1\n5,1,1,1,2,1,3,1,99\n";
  const AMBIGUOUS = "5,1,1,1,2,1,3,1,1,2\n8,10,10,8,7,10,9,7,1,4";
  const root = document.documentElement;
  const press = (id) => document.getElementById(id).click();

  /** Resolves when the page shows what the selector names. */
  async function until(selector) {
    const end = Date.now() + WAIT_MS;
    while (!document.querySelector(selector)) {
      if (Date.now() > end) throw new Error(`never: ${selector}, but ${root.dataset.state}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  function fill(scores) {
    press("yes");
    document
      .querySelectorAll("#features fieldset")
      .forEach((group, index) =>
        group.querySelector(`input[value="${scores[index] ?? "?"}"]`).click(),
      );
  }

  async function classify(kind, state = "done") {
    fill(CASES[kind]);
    press("classify");
    await until(`html[data-state=${state}]`);
  }

  const answered = (kind) => async () => {
    await classify(kind);
    await until("[role=gridcell]");
    await until(".place svg");
  };

  /** Answers of the service are these from now on. */
  function instead(answer) {
    const real = globalThis.fetch;
    globalThis.fetch = (place, options) =>
      options?.method === "POST" ? answer() : real(place, options);
  }

  async function table(rows, state) {
    location.hash = "#batch";
    await until("#rows");
    document.getElementById("rows").value = rows;
    document.getElementById("rows").dispatchEvent(new Event("input", { bubbles: true }));
    press("run");
    await until(`#batch[data-state=${state}]`);
  }

  return {
    ready: () => until("html[data-state=ready]"),
    gated: () => (press("no"), until("html[data-state=gated]")),
    faulty: () => (press("classify"), until("html[data-state=faulty] #summary li")),
    starting: () => (instead(() => new Promise(() => {})), classify("benign", "starting")),
    busy() {
      const headers = { "retry-after": "60" };
      instead(() => Promise.resolve(new Response("", { status: 429, headers })));
      return classify("benign", "busy");
    },
    benign: answered("benign"),
    inconclusive: answered("inconclusive"),
    malignant: answered("malignant"),
    missing: answered("missing"),
    async offline() {
      fill(CASES.benign);
      // This device can answer from here on
      await until("#preview:not(:empty)");
      instead(() => Promise.reject(new TypeError("no network")));
      Object.defineProperty(navigator, "onLine", { get: () => false });
      await answered("benign")();
    },
    async device() {
      press("device");
      document.getElementById("sample-label").value = "slide 7";
      await answered("missing")();
    },
    async prevalence() {
      press("yes");
      await until("#more");
      document.getElementById("more").open = true;
      const field = document.getElementById("prevalence");
      field.value = "1";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      await answered("inconclusive")();
    },
    async stale() {
      await answered("benign")();
      fill(CASES.malignant);
      await until("#result[data-current=false]");
    },
    async compared() {
      await answered("benign")();
      document.querySelector("#result .actions button:last-of-type").click();
      await answered("malignant")();
      await until("#compare td + td + td, #compare td:nth-child(3)");
    },
    async table() {
      location.hash = "#batch";
      await until("#rows");
    },
    "table-refused": () => table("a,b\nc,d", "refused"),
    "table-ambiguous": () => table(AMBIGUOUS, "ambiguous"),
    "table-done": () => table(ROWS, "done"),
  };
})();
