import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** How a Chromium may be called. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser that is installed here, if there is one; `CHROME_PATH` names another. */
export function findBrowser(): string | undefined {
  if (process.env["CHROME_PATH"]) return process.env["CHROME_PATH"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
}

/** Why nothing is tried in a browser. */
export const NO_BROWSER = "there is no Chromium here: apt-get install chromium, or name one in CHROME_PATH";

/** Starts a browser. @throws {Error} when the program can't be run */
export async function launch(executablePath: string): Promise<Browser> {
  // As root, which a container's CI is, Chromium refuses its sandbox.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}

/** A page that remembers whatever went wrong in it, and every request to another host. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`);
  });
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith("http") && host !== new URL(url).host) complaints.push(`asks ${host}`);
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** Whether an element is within what the reader sees. */
export async function isInView(page: Page, id: string): Promise<boolean> {
  return page.evaluate((sought) => {
    const box = document.getElementById(sought)?.getBoundingClientRect();
    return box !== undefined && box.top >= 0 && box.top < innerHeight;
  }, id);
}
