/** Drives WebKitGTK's MiniBrowser over WebDriver, which is JSON over HTTP. */
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { freePort } from "./server.mjs";

const KEYS = { Enter: "\uE007", Tab: "\uE004", Control: "\uE009" };

/** An A4 page without the margins that the style sheet states, in CSS pixels. */
const PAPER = { width: 182 * (96 / 25.4), height: 273 * (96 / 25.4) };

/** The driver cannot print: show what is meant for paper, as wide as paper, and measure its height. */
const ON_PAPER = `for (const sheet of document.styleSheets)
    for (const rule of sheet.cssRules)
      if (rule.media?.mediaText === "print") rule.media.mediaText = "all";
  document.body.style.width = "${PAPER.width}px";
  const { bottom } = document.getElementById("result").getBoundingClientRect();
  return (bottom + scrollY) / ${PAPER.height};`;

/** The driver cannot cut the network either: the page gets the event, the caller stops the server. */
const OFFLINE = `Object.defineProperty(navigator, "onLine", { get: () => false });`;

async function connect(root) {
  const capabilities = {
    alwaysMatch: {
      "webkitgtk:browserOptions": { binary: process.env.MINIBROWSER, args: ["--automation"] },
    },
  };
  for (let tries = 0; ; tries++) {
    try {
      return (await call(root, "POST", "/session", { capabilities })).sessionId;
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function call(root, method, path, body) {
  const response = await fetch(root + path, {
    method,
    body: body && JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

/** @returns a page that opens addresses, runs scripts and presses keys */
export async function webkit() {
  const port = await freePort();
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], { stdio: "ignore" });
  const root = `http://127.0.0.1:${port}`;
  const session = `/session/${await connect(root)}`;
  const down = (value) => ({ type: "keyDown", value });
  const up = (value) => ({ type: "keyUp", value });
  const act = (...actions) =>
    call(root, "POST", `${session}/actions`, {
      actions: [{ type: "key", id: "keyboard", actions }],
    });
  const run = (script) => call(root, "POST", `${session}/execute/sync`, { script, args: [] });
  return {
    open: (url) => call(root, "POST", `${session}/url`, { url }),
    run,
    press: (key) => act(down(KEYS[key] ?? key), up(KEYS[key] ?? key)),
    control: (key) => act(down(KEYS.Control), down(key), up(key), up(KEYS.Control)),
    offline: () => run(OFFLINE),
    printedPages: async () => Math.ceil(await run(ON_PAPER)),
    size: (width, height) => call(root, "POST", `${session}/window/rect`, { width, height }),
    shoot: async (path) =>
      writeFile(path, Buffer.from(await call(root, "GET", `${session}/screenshot`), "base64")),
    close: async () => {
      await call(root, "DELETE", session).catch(() => {});
      driver.kill();
    },
  };
}
