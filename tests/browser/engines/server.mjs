/** Starts the product for a tool that measures or looks at its pages. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** @returns a port that nothing listens on */
export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  return port;
}

/** @param {string} [python] @returns {Promise<{ address: string, stop: () => void }>} */
export async function serve(python = ".venv/bin/python") {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const env = { PYTHONPATH: ".:functions", MODEL_DIR: "artifact", ...process.env };
  const server = spawn(python, ["-m", "server", "--port", String(port)], { env, stdio: "ignore" });
  for (let tries = 0; tries < 100; tries++) {
    const answered = await fetch(`${address}/v1/health`).catch(() => null);
    if (answered?.ok) return { address, stop: () => server.kill() };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill();
  throw new Error("the server did not start");
}
