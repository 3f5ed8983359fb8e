/** Drives WebKitGTK's MiniBrowser over WebDriver, which is JSON over HTTP. */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";

const KEYS = { Enter: "\uE007", Tab: "\uE004", Control: "\uE009" };

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  return port;
}

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
  return {
    open: (url) => call(root, "POST", `${session}/url`, { url }),
    run: (script) => call(root, "POST", `${session}/execute/sync`, { script, args: [] }),
    press: (key) => act(down(KEYS[key] ?? key), up(KEYS[key] ?? key)),
    control: (key) => act(down(KEYS.Control), down(key), up(key), up(KEYS.Control)),
    close: async () => {
      await call(root, "DELETE", session).catch(() => {});
      driver.kill();
    },
  };
}
