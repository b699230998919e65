import { expect, test } from "vitest";
import { chapterRunner, REPORTS } from "./testing/run-chapters.ts";

const runChapters = chapterRunner("narrator");
const runInChinese = chapterRunner("narrator", { language: "zh" });

/** Where these words begin in a text, in the order in which they are looked for. */
function places(text: string, ...words: readonly string[]): number[] {
  return words.map((word) => text.indexOf(word));
}

test("a claim is told with its command, what came back, and the outcome", async () => {
  const { stdout } = await runChapters({
    "01-test.test.ts": `${REPORTS} reportClaim("pod.a", "holds");`,
  });
  expect(stdout).toContain("pod.a  a statement\n    $ kubectl get pods\n    pod.a\n  ✔ holds");
});

test("claims that end in another order are told as they are written", async () => {
  const { stdout } = await runChapters({
    "01-test.test.ts": `${REPORTS} import { describe } from "vitest";
      describe.concurrent("side by side", () => {
        reportClaim("pod.first", "holds", { after: 300 });
        reportClaim("pod.second", "holds");
      });`,
  });
  const [first, second] = places(stdout, "pod.first  ", "pod.second  ");
  expect(first).toBeGreaterThan(-1);
  expect(second).toBeGreaterThan(first ?? 0);
});

test("chapters that run side by side are told in reading order, whichever ends first", async () => {
  const { stdout } = await runChapters({
    "01-slow.test.ts": `${REPORTS} reportClaim("slow.a", "holds", { after: 600, chapter: "01-slow" });`,
    "02-fast.test.ts": `${REPORTS} reportClaim("fast.a", "holds", { chapter: "02-fast" });`,
  });
  const found = places(stdout, "01-slow  a statement", "slow.a  ", "02-fast  a statement", "fast.a  ");
  expect(found).not.toContain(-1);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
});

test("what is not as expected shows what was observed, and why there is no verdict", async () => {
  const { stdout } = await runChapters({
    "01-test.test.ts": `${REPORTS}
      const diagnosis = [{ command: "kubectl describe", where: "kubectl", output: "why", exitCode: 0, duration: 1 }];
      reportClaim("pod.a", "refuted", { told: { diagnosis } });
      reportClaim("pod.b", "error", { told: { reason: "no answer" } });
      reportClaim("pod.c", "not asked", { told: { reason: "since 1.36" } });`,
  });
  expect(stdout).toContain('✘ refuted. NOT as expected: this chapter expects "holds"');
  expect(stdout).toContain('observed: {"seen":"pod.a"}');
  expect(stdout).toContain("$ kubectl describe");
  expect(stdout).toContain("no answer");
  expect(stdout).toContain("– not asked: since 1.36");
});

test("in Chinese nothing of ours is told in English", async () => {
  const { stdout } = await runInChinese({ "01-test.test.ts": `${REPORTS} reportClaim("pod.a", "refuted");` });
  expect(stdout).toContain("pod.a  一条陈述");
  expect(stdout).toContain("✘ 不成立。与预期不符：本章预期“成立”");
  expect(stdout).not.toMatch(/refuted|expected|a statement/);
});

test("what breaks beside the claims is told with its remedy, and can't write escapes to the terminal", async () => {
  const { stdout } = await runChapters({
    "01-test.test.ts": `${REPORTS} import { test } from "vitest";
      reportClaim("pod.a", "holds");
      test("pod.b: b", () => {
        throw Object.assign(new Error("a disk \\u001b[2Jis full"), { remedy: "Make room." });
      });`,
  });
  expect(stdout).toContain("is full\n  → Make room.");
  expect(stdout).not.toContain("\u001b[2J");
});
