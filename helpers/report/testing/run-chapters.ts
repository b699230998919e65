import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll } from "vitest";
import { PROJECT_ROOT } from "../../paths.ts";

const REPORT = join(PROJECT_ROOT, "helpers/report");

/** The first line of a chapter in such a test: what reports claims and mutants. */
export const REPORTS = `import { reportClaim, reportUntriedMutant } from ${JSON.stringify(join(REPORT, "testing/claims.ts"))};`;

/**
 * For the tests of one reporter, of that name in helpers/report: gives what runs Vitest with it, on files in a project
 * called "chapters". The files of all runs are removed after the last test.
 */
export function chapterRunner(name: string, options: object = {}) {
  let folder: string;
  beforeAll(() => {
    const cache = join(PROJECT_ROOT, "node_modules/.cache");
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, "reporters-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return (files: Readonly<Record<string, string>>, ...args: readonly string[]) => {
    const root = mkdtempSync(join(folder, "run-"));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
    const reporters = [[join(REPORT, `${name}.ts`), options]];
    const config = { test: { reporters, projects: [{ test: { name: "chapters" } }] } };
    writeFileSync(join(root, "vitest.config.ts"), `export default ${JSON.stringify(config)};`);
    return runVitest(root, args);
  };
}

async function runVitest(root: string, args: readonly string[]) {
  const vitest = join(PROJECT_ROOT, "node_modules/vitest/vitest.mjs");
  const config = join(root, "vitest.config.ts");
  return await execa(process.execPath, [vitest, "run", "--root", root, "--config", config, ...args], {
    reject: false,
    all: true,
    env: { NO_COLOR: "1" },
  });
}
