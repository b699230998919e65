import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Checkout, copyCheckout } from "./testing/checkout.ts";

/** A claim whose outcome is not the expected one, on a real node, as somebody sees it whose upgrade turned a claim. */

let checkout: Checkout;
let chapter: string;
let output: string;
let exitCode: number | undefined;

beforeAll(async () => {
  checkout = copyCheckout();
  chapter = join(checkout.folder, "chapters", "01-pod.test.ts");
  const [before, claim] = readFileSync(chapter, "utf8").split('claim("pod.files", {');
  writeFileSync(
    chapter,
    `${before}claim("pod.files", {${claim?.replace('expect: "refuted"', 'expect: "holds"')}`,
  );
  ({ output, exitCode } = await checkout.run("article", ["pod", "-t", "pod.files"], {
    GITHUB_ACTIONS: "true",
  }));
}, 300_000);

afterAll(() => checkout[Symbol.dispose]());

test("the run ends with 1, and says what was expected and what was observed", () => {
  expect(output).toContain('NOT as expected: this chapter expects "holds"');
  expect(output).toContain('observed: ""');
  expect(output).toMatch(/^\d passed, 1 failed, 0 skipped$/m);
  expect(exitCode).toBe(1);
});

test("what somebody would look at first is told below it: objects, events, logs", () => {
  expect(output).toMatch(/\$ kubectl get .*-n whoami/);
  expect(output).toMatch(/\$ kubectl (get events|events|describe)/);
});

test("the annotation points to the claim's own line", () => {
  const lines = readFileSync(chapter, "utf8").split("\n");
  const line = lines.findIndex((text) => text.startsWith('claim("pod.files"')) + 1;
  expect(output).toMatch(new RegExp(`^::error file=.*chapters/01-pod\\.test\\.ts,.*line=${line},`, "m"));
});
