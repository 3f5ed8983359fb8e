/** Turns the served page into Lighthouse's scores, and into a failure where one is low. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const FLOOR = 95;
const MEASURED = ["largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"];

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  return port;
}

async function serve(port) {
  const server = spawn(process.argv[2] ?? "python3", ["-m", "server", "--port", String(port)], {
    env: { ...process.env, MODEL_DIR: process.env.MODEL_DIR ?? "artifact" },
    stdio: "ignore",
  });
  for (let tries = 0; tries < 100; tries++) {
    const answered = await fetch(`http://127.0.0.1:${port}/v1/health`).catch(() => null);
    if (answered?.ok) return server;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill();
  throw new Error("the server did not start");
}

const port = await freePort();
const server = await serve(port);
const chrome = await launch({ chromeFlags: ["--headless", "--no-sandbox"] });
try {
  const options = { port: chrome.port, logLevel: "error" };
  const { lhr } = await lighthouse(`http://127.0.0.1:${port}/`, options);
  for (const { title, score } of Object.values(lhr.categories)) {
    console.log(`${title}: ${Math.round(score * 100)}`);
    if (score * 100 < FLOOR) process.exitCode = 1;
  }
  for (const id of MEASURED) console.log(`${lhr.audits[id].title}: ${lhr.audits[id].displayValue}`);
} finally {
  chrome.kill();
  server.kill();
}
