/** Drives Firefox over WebDriver BiDi, and Chromium over its own protocol. */
import { inflateSync } from "node:zlib";
import puppeteer from "puppeteer-core";

/** @param {Uint8Array} file a PDF; Firefox packs its objects @returns {number} */
function countPages(file) {
  const text = Buffer.from(file).toString("latin1");
  const packed = [...text.matchAll(/FlateDecode[^]*?stream\r?\n([^]*?)endstream/g)].map(
    ([, part]) => {
      try {
        return inflateSync(Buffer.from(part, "latin1")).toString("latin1");
      } catch {
        return "";
      }
    },
  );
  return [text, ...packed].join("\n").match(/\/Type\s*\/Page\b/g).length;
}

/** @returns a page that opens addresses, runs scripts and presses keys */
async function open(browser, executablePath, args = []) {
  const opened = await puppeteer.launch({ browser, executablePath, args, headless: true });
  const page = await opened.newPage();
  return {
    open: (address) => page.goto(address),
    run: (script) => page.evaluate(`(() => { ${script} })()`),
    press: (key) => page.keyboard.press(key),
    async control(key) {
      await page.keyboard.down("Control");
      await page.keyboard.press(key);
      await page.keyboard.up("Control");
    },
    offline: () => page.setOfflineMode(true),
    printedPages: async () => countPages(await page.pdf({ preferCSSPageSize: true })),
    size: (width, height) => page.setViewport({ width, height }),
    shoot: (path) => page.screenshot({ path, fullPage: true }),
    close: () => opened.close(),
  };
}

export const firefox = () => open("firefox", process.env.FIREFOX ?? "/usr/bin/firefox-esr");
export const chromium = () => open("chrome", "/usr/bin/chromium", ["--no-sandbox"]);
