/** Prints Lighthouse's scores and times of every page; fails where one misses its bar. */
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { serve } from "./engines/server.mjs";

const PAGES = ["", "#batch", "api.html", "costs.html", "model-card.html"];
/** Runs of a page; the best counts, as other work on the machine only makes a page slower. */
const RUNS = 3;
const MAX_LCP_MS = 1200;
/** The first visit of the form, as Lighthouse counts: with the heads of requests and responses. */
const MAX_BYTES = 20_000;

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

const value = ({ lhr }, id) => lhr.audits[id].numericValue;
const paint = (run) => Math.round(value(run, "largest-contentful-paint"));

/** Print a figure, and fail where it misses its bar. */
function judge(name, figure, met) {
  console.log(`${name}: ${figure}${met ? "" : " FAILED"}`);
  if (!met) process.exitCode = 1;
}

/** The best of some runs of one page. */
async function best(address, options, better) {
  let found = null;
  for (let run = 0; run < RUNS; run++) {
    const next = await lighthouse(address, options);
    if (!found || better(next, found)) found = next;
    if (perfect(found)) break;
  }
  return found;
}

const scores = ({ lhr }) =>
  Object.values(lhr.categories).map(({ score }) => Math.round(score * 100));
const sum = (run) => scores(run).reduce((total, score) => total + score, 0);
const perfect = (run) => scores(run).length && scores(run).every((score) => score === 100);

const { address, stop } = await serve(process.argv[2]);
const chrome = await launch({ chromeFlags: ["--headless", "--no-sandbox"] });
try {
  const options = { port: chrome.port, logLevel: "error" };
  const site = `${address}/`;
  for (const path of process.argv[3]?.split(",") ?? PAGES) {
    const run = await best(site + path, options, (one, other) => sum(one) > sum(other));
    judge(`/${path} scores`, scores(run).join(" "), perfect(run));
    const shift = value(run, "cumulative-layout-shift");
    judge(`/${path} layout shift`, shift, shift === 0);
    console.log(`/${path} largest paint, computed: ${paint(run)} ms`);
    const bytes = value(run, "total-byte-weight");
    judge(`/${path} bytes`, bytes, path !== "" || bytes <= MAX_BYTES);
    if (!perfect(run))
      for (const { id, score, displayValue = "" } of Object.values(run.lhr.audits))
        if (score !== null && score < 0.995) console.log(`  ${id}: ${score} ${displayValue}`);
  }
  const slow = await best(site, { ...options, ...SLOW }, (one, other) => paint(one) < paint(other));
  judge("/ largest paint, throttled in the browser, ms", paint(slow), paint(slow) <= MAX_LCP_MS);
} finally {
  chrome.kill();
  stop();
}
