import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PROJECT_ROOT } from "../helpers/paths.ts";

/** A claim whose outcome is not the expected one, on a real node, as somebody sees it whose upgrade turned a claim. */

/** What a run needs of a checkout. */
const PARTS = ["chapters", "commands", "fixtures", "helpers", "package.json", "vitest.config.ts"];

let checkout: string;
let output: string;
let exitCode: number | undefined;

beforeAll(async () => {
  checkout = mkdtempSync(join(tmpdir(), "red claim é "));
  for (const part of PARTS) cpSync(join(PROJECT_ROOT, part), join(checkout, part), { recursive: true });
  symlinkSync(join(PROJECT_ROOT, "node_modules"), join(checkout, "node_modules"));
  const chapter = join(checkout, "chapters", "01-pod.test.ts");
  const [before, claim] = readFileSync(chapter, "utf8").split('claim("pod.files", {');
  writeFileSync(
    chapter,
    `${before}claim("pod.files", {${claim?.replace('expect: "refuted"', 'expect: "holds"')}`,
  );
  const run = await execa("node", ["commands/article.ts", "pod", "-t", "pod.files"], {
    cwd: checkout,
    all: true,
    reject: false,
    env: { GITHUB_ACTIONS: "true", CI: "true" },
  });
  ({ exitCode } = run);
  output = run.all;
}, 300_000);

afterAll(() => rmSync(checkout, { recursive: true, force: true }));

test("the run ends with 1, and says what was expected and what was observed", () => {
  expect(output).toContain('NOT as expected: this chapter expects "holds"');
  expect(output).toContain('observed: ""');
  expect(output).toMatch(/^0 passed, 1 failed, 0 skipped$|^1 passed, 1 failed, 0 skipped$/m);
  expect(exitCode).toBe(1);
});

test("what somebody would look at first is told below it: objects, events, logs", () => {
  expect(output).toMatch(/\$ kubectl get .*-n whoami/);
  expect(output).toMatch(/\$ kubectl (get events|events|describe)/);
});

test("the annotation points to the claim's own line", () => {
  const lines = readFileSync(join(checkout, "chapters", "01-pod.test.ts"), "utf8").split("\n");
  const line = lines.findIndex((text) => text.startsWith('claim("pod.files"')) + 1;
  expect(output).toMatch(new RegExp(`^::error file=.*chapters/01-pod\\.test\\.ts,.*line=${line},`, "m"));
});
