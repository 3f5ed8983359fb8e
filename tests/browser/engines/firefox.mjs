/** Drives Firefox over WebDriver BiDi. */
import puppeteer from "puppeteer-core";

/** @returns a page that opens addresses, runs scripts and presses keys */
export async function firefox() {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX,
    headless: true,
  });
  const page = await browser.newPage();
  return {
    open: (address) => page.goto(address),
    run: (script) => page.evaluate(`(() => { ${script} })()`),
    press: (key) => page.keyboard.press(key),
    async control(key) {
      await page.keyboard.down("Control");
      await page.keyboard.press(key);
      await page.keyboard.up("Control");
    },
    close: () => browser.close(),
  };
}
