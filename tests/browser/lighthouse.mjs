/** Turns the served page into Lighthouse's scores and times, and into a failure where one is poor. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const FLOOR = 95;
const MAX_LCP_MS = 1200;

/** A slow phone for real, where the first run only computes one: 1.6 Mbit/s, 150 ms, 4 × slower. */
const SLOW = {
  throttlingMethod: "devtools",
  throttling: {
    requestLatencyMs: 150,
    downloadThroughputKbps: 1600,
    uploadThroughputKbps: 752,
    cpuSlowdownMultiplier: 4,
  },
  onlyAudits: ["largest-contentful-paint"],
};
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
  const paints = [];
  for (let run = 0; run < 3; run++) {
    const slow = await lighthouse(`http://127.0.0.1:${port}/`, { ...options, ...SLOW });
    paints.push(slow.lhr.audits["largest-contentful-paint"].numericValue);
  }
  const soonest = Math.min(...paints);
  console.log(`Largest Contentful Paint, throttled in the browser: ${Math.round(soonest)} ms`);
  if (soonest > MAX_LCP_MS) process.exitCode = 1;
} finally {
  chrome.kill();
  server.kill();
}
