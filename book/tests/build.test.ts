import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Book } from "../src/book.ts";
import { findBrowser, launch, NO_BROWSER, openPage } from "./browser.ts";
import { serve } from "./serve.ts";

const PACKAGE = join(import.meta.dirname, "..");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "book-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function node(args: readonly string[], env: Record<string, string> = {}) {
  // Vitest tells its workers what Astro would take for its own settings.
  const { BASE_URL: _, DEV: __, MODE: ___, PROD: ____, SSR: _____, ...outer } = process.env;
  return execa("node", [...args], {
    cwd: PACKAGE,
    reject: false,
    all: true,
    extendEnv: false,
    env: { ...outer, ...env },
  });
}

describe("the check of the links", () => {
  test.each([
    ["a page that is not there", '<a href="/nowhere/">x</a>', /index\.html: .*nowhere.* leads nowhere/],
    ["a claim that is not there", '<a href="/#nothing">x</a><p id="thing">', /leads nowhere/],
    ["a picture that is not there", '<img alt="" src="/x.svg">', /x\.svg leads nowhere/],
  ])("%s", async (_, html, message) => {
    writeFileSync(join(folder, "index.html"), `<!doctype html><html><body>${html}</body></html>`);
    const { exitCode, all } = await node(["check-links.ts", folder]);
    expect(all).toMatch(message);
    expect(exitCode).toBe(1);
  });

  test("links that lead somewhere, and those to other hosts", async () => {
    const html = '<a href="/#thing">x</a><a href="https://nowhere.invalid/">y</a><p id="thing">';
    writeFileSync(join(folder, "index.html"), `<!doctype html><html><body>${html}</body></html>`);
    expect(await node(["check-links.ts", folder])).toMatchObject({ exitCode: 0 });
  });
});

const executable = findBrowser();

/** What a container may print, or be called. */
const HOSTILE =
  '</samp></pre><script>window.hacked = true</script><img src="x" onerror="window.hacked = true">';

if (executable === undefined) {
  test("a small book in a browser", ({ skip }) => skip(NO_BROWSER));
}

describe.runIf(executable !== undefined)("a small book under a path, with hostile evidence", () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    const data = join(folder, "book.json");
    writeFileSync(data, JSON.stringify(hostileBook()));
    const site_ = join(folder, "site");
    const built = await node(["node_modules/astro/bin/astro.mjs", "build", "--outDir", site_], {
      BOOK_DATA: data,
      BOOK_BASE: "/some/where/",
      NODE_ENV: "production",
      ASTRO_TELEMETRY_DISABLED: "1",
    });
    if (built.exitCode !== 0) throw new Error(built.all);
    site = await serve(site_, "/some/where/");
    browser = await launch(executable ?? "");
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  test.each(["", "zh/", "02-pause/", "zh/02-pause/", "02-pause/source/", "ledger/"])(
    "page /%s",
    async (path) => {
      const { page, complaints, close } = await openPage(browser, site.url + path);
      expect(complaints).toEqual([]);
      expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
      expect(await page.locator("main img").count()).toBe(0);
      await close();
    },
  );

  test("it is shown as what it is: text", async () => {
    const { page, close } = await openPage(browser, `${site.url}02-pause/`);
    expect(await page.locator(".claim .output").first().innerText()).toContain(HOSTILE);
    expect(await page.locator(".claim .command").first().innerText()).toContain(HOSTILE);
    await close();
  });

  test("its links lead somewhere", async () => {
    const top = join(folder, "links [of] it");
    mkdirSync(join(top, "some"), { recursive: true });
    cpSync(join(folder, "site"), join(top, "some", "where"), { recursive: true });
    expect(await node(["check-links.ts", top])).toMatchObject({ exitCode: 0 });
  });

  test("links stay under the path", async () => {
    const { page, close } = await openPage(browser, site.url);
    await page.getByRole("link", { name: "Begin with the Pod" }).click();
    await expect.poll(() => page.url()).toBe(`${site.url}02-pause/`);
    await page.getByRole("link", { name: "Ledger of claims" }).first().click();
    await expect.poll(() => page.url()).toBe(`${site.url}ledger/`);
    await close();
  });
});

/** Chapter 02 alone, and with it a picture of each kind, in which everything that a cluster said is hostile. */
function hostileBook(): Book {
  const book = JSON.parse(readFileSync(join(PACKAGE, ".generated", "book.json"), "utf8")) as Book;
  const chapter = book.chapters.find(({ id }) => id === "02-pause");
  const others = book.chapters.flatMap(({ claims }) => claims);
  const pictures = ["ns.table", "models", "deploy.bounds"].flatMap(
    (id) => Object.values(others.find((claim) => claim.id === id)?.seen ?? {})[0]?.pictures ?? [],
  );
  if (!chapter) throw new Error('there is no book in book/.generated: run "npm run book" first');
  expect(new Set(pictures.map(({ type }) => type))).toEqual(new Set(["namespaces", "owners", "timeline"]));
  const spoil = (value: unknown, key = ""): unknown => {
    if (Array.isArray(value)) return value.map((entry) => spoil(entry, key));
    if (typeof value === "string") return SPOILT.has(key) ? HOSTILE : value;
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, spoil(entry, name)]));
  };
  const claims = chapter.claims.map((claim) => ({
    ...claim,
    seen: Object.fromEntries(
      Object.entries(claim.seen).map(([ground, seen]) => {
        const steps = seen.steps.map((step) => ({
          ...step,
          output: HOSTILE,
          command: { en: HOSTILE, zh: HOSTILE },
        }));
        return [ground, { ...seen, reason: HOSTILE, steps, pictures: spoil(pictures) as typeof pictures }];
      }),
    ),
  }));
  return { ...book, comparison: undefined, chapters: [{ ...chapter, claims }] };
}

/** What in a picture comes from a cluster. */
const SPOILT = new Set(["name", "node", "processes", "inodes"]);
