/** Walks the journey of a case in Firefox or WebKitGTK: keyboard, paste, table, paper, offline. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { firefox } from "./firefox.mjs";
import { webkit } from "./webkit.mjs";

const ENGINES = { firefox, webkit };
const CASE = [5, 1, 1, 1, 2, 1, 3, 1, 1];
const OTHER = [8, 10, 10, 8, 7, 10, 9, 7, 1];
const WAIT_MS = 60_000;

/** A line to the service that can be cut: not every driver can take the network away. */
async function lineTo(service) {
  const { hostname, port } = new URL(service);
  const ends = new Set();
  const line = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ]) {
      ends.add(end);
      end.on("error", () => other.destroy()).pipe(other);
    }
  }).listen(0, "127.0.0.1");
  await once(line, "listening");
  const cut = () => (line.close(), ends.forEach((end) => end.destroy()));
  return { address: `http://127.0.0.1:${line.address().port}`, cut };
}

const [engine, service] = process.argv.slice(2);
const { address, cut } = await lineTo(service);
const page = await ENGINES[engine]();

/** Wait until an expression of the page is true. */
async function until(expression) {
  const end = Date.now() + WAIT_MS;
  while (!(await page.run(`return Boolean(${expression})`))) {
    if (Date.now() > end) throw new Error(`never: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const text = (selector) => page.run(`return document.querySelector("${selector}").textContent`);
const current = `document.querySelector("#result[data-current=true]")`;

async function keyboard() {
  await page.open(`${address}/?lang=en`);
  await until(`document.documentElement.dataset.state === "ready"`);
  await page.run(`document.getElementById("yes").focus()`);
  await page.press("Enter");
  for (const [index, score] of CASE.entries()) {
    if (index) await page.press("Tab");
    await page.press(String(score % 10));
  }
  await page.press("Enter");
  await until(current);
  assert.match(await text("#result-title"), /Resembles benign/);
  await until(`document.querySelectorAll("[role=gridcell]").length === 90`);
  await until(`document.querySelector(".place svg")`);
}

async function outOfDate() {
  await page.run(`document.getElementById("mitoses-7").click()`);
  await until(`document.querySelector("#result[data-current=false]")`);
  assert.match(await text(".out-of-date"), /Out of date/);
}

async function paste() {
  await page.run(`const field = document.getElementById("sample-label");
    field.value = "${OTHER.join(" ")}";
    field.select();`);
  await page.control("c");
  await page.run(`document.getElementById("sample-label").value = "";
    document.getElementById("yes").focus();`);
  await page.control("v");
  await until(`document.getElementById("mitoses-1").checked`);
  await page.run(`document.getElementById("classify").click()`);
  await until(current);
  assert.match(await text("#result-title"), /Resembles malignant/);
}

async function device() {
  await page.run(`document.getElementById("device").click()`);
  await page.run(`document.getElementById("mitoses-2").click()`);
  await page.run(`document.getElementById("classify").click()`);
  await until(
    `document.getElementById("status").textContent.startsWith("Answered on this device")`,
  );
}

async function reload() {
  await page.run(`window.left = true; location.reload()`);
  await until(`!window.left && document.documentElement.dataset.state === "done" && ${current}`);
}

async function table() {
  await page.run(`location.hash = "#batch"`);
  await until(`document.getElementById("examples-rows")`);
  await page.run(`document.getElementById("examples-rows").click();
    document.getElementById("run").click();`);
  await until(`document.getElementById("batch").dataset.state === "done"`);
  await until(`document.querySelectorAll(".rows tbody tr").length === 3`);
}

async function print() {
  await page.run(`location.hash = "#single"`);
  await until(`document.querySelector("[role=gridcell]")`);
  assert.equal(await page.printedPages(), 1);
}

async function offline() {
  await page.run(`return navigator.serviceWorker.ready.then(() => true)`);
  cut();
  await page.run(`window.left = true; location.reload()`);
  await until(`!window.left && document.documentElement.dataset.state === "done"`);
  await page.offline();
  await page.run(`if (document.getElementById("device").checked)
      document.getElementById("device").click();
    document.getElementById("mitoses-3").click();
    document.getElementById("classify").click()`);
  await until(`document.getElementById("status").textContent.startsWith("No network")`);
  await until(current);
}

async function overflow() {
  const over = `document.documentElement.scrollWidth - document.documentElement.clientWidth`;
  assert.ok((await page.run(`return ${over}`)) <= 0);
}

try {
  for (const step of [
    keyboard,
    outOfDate,
    paste,
    device,
    reload,
    table,
    overflow,
    print,
    offline,
  ]) {
    await step();
    console.log(`${engine}: ${step.name}`);
  }
} finally {
  await page.close();
  cut();
}
