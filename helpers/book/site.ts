import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa, ExecaError, type Options } from "execa";
import { sanitize } from "../evidence/sanitize.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { Problem } from "../problem.ts";
import { writeWhole } from "../whole-file.ts";
import type { Book } from "./model.ts";

/** The package that draws the pages: apart, so that nobody has to install a site generator to run the article. */
const PACKAGE = join(PROJECT_ROOT, "book");

/** What the pages are drawn from; made anew each time. */
const GENERATED = join(PACKAGE, ".generated");

/** Where the finished pages are. */
export const SITE = join(PACKAGE, "dist");

/** What was set when this began: Vitest, which reads the chapters, sets variables that Astro takes for its own. */
const ENVIRONMENT = { ...process.env };

/** How many lines of a failed program's output are told. */
const TOLD_LINES = 30;

/** Installs what draws the pages, as its lock says, unless that was done. @throws {Problem} when npm can't */
export async function installSiteGenerator(): Promise<void> {
  const modules = join(PACKAGE, "node_modules");
  const stamp = join(modules, ".installed-from");
  const wanted = createHash("sha256")
    .update(readFileSync(join(PACKAGE, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await run("npm ci in book/", "npm", ["ci", "--loglevel=error"], {
    remedy:
      "npm needs its registry, or a cache that has these packages. The rest of the tutorial runs without the book.",
  });
  writeFileSync(stamp, wanted);
}

/** Hands the book to those who draw it. */
export function handOver(book: Book): void {
  mkdirSync(GENERATED, { recursive: true });
  const file = join(GENERATED, "book.json");
  const text = JSON.stringify(book);
  // A server that watches the file shall not draw everything again for nothing.
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  writeWhole(file, text);
}

/**
 * Draws all pages, for a site under the path `base`. The pages of before are replaced when all went well.
 * @throws {Problem} when a page can't be drawn, or a link leads nowhere
 */
export async function drawSite(base: string): Promise<void> {
  const site = join(GENERATED, "site");
  rmSync(site, { recursive: true, force: true });
  // Below the path under which it will be, as the links in it are.
  const folder = join(site, ...base.split("/"));
  const remedy = "The lines above say which page, or which file of book/, has to be fixed.";
  await run("the site generator", "node", ["node_modules/astro/bin/astro.mjs", "build", "--outDir", folder], {
    env: { BOOK_BASE: base, NODE_ENV: "production" },
    remedy,
  });
  await run("the check of the links", "node", ["check-links.ts", site], { remedy });
  rmSync(SITE, { recursive: true, force: true });
  renameSync(folder, SITE);
  rmSync(site, { recursive: true, force: true });
}

/** Serves the pages while they are written, until it is ended. @throws {Problem} when it can't */
export async function serveSite(args: readonly string[]): Promise<void> {
  await run("the site's server", "node", ["node_modules/astro/bin/astro.mjs", "dev", ...args], {
    stdout: "inherit",
    stderr: "inherit",
    all: false,
    env: { NODE_ENV: "development" },
    remedy: "The lines above say why.",
  });
}

async function run(
  what: string,
  program: string,
  args: readonly string[],
  { remedy, ...options }: Options & { remedy: string },
): Promise<void> {
  try {
    await execa(program, [...args], {
      cwd: PACKAGE,
      all: true,
      stdin: "ignore",
      ...options,
      extendEnv: false,
      env: { ...ENVIRONMENT, ASTRO_TELEMETRY_DISABLED: "1", ...options.env },
    });
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const output = String(error.all ?? "").trim();
    const details = sanitize(output || error.shortMessage)
      .split("\n")
      .slice(-TOLD_LINES);
    throw new Problem(`${what} failed`, remedy, { details, cause: error });
  }
}
