import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PROJECT_ROOT } from "../paths.ts";
import { chapterRunner, REPORTS } from "./testing/run-chapters.ts";

const OPENING_ERROR = JSON.stringify(join(PROJECT_ROOT, "helpers/chapter/opening-error.ts"));

const runChapters = chapterRunner("totals");
const runChapter = (text: string, ...args: string[]) => runChapters({ "01-test.test.ts": text }, ...args);

describe("the last line counts", () => {
  test("claims that hold", async () => {
    const { exitCode, stdout } = await runChapter(`${REPORTS} reportClaim("pod.a", "holds");`);
    expect(stdout.trim().split("\n").at(-1)).toBe("1 passed, 0 failed, 0 skipped");
    expect(exitCode).toBe(0);
  });

  test("claims that fail, and a claim that this version can't be asked", async () => {
    const { exitCode, stdout } = await runChapter(
      `${REPORTS} reportClaim("pod.a", "holds"); reportClaim("pod.b", "refuted"); reportClaim("pod.c", "not asked");`,
    );
    expect(stdout.trim().split("\n").at(-1)).toBe("1 passed, 1 failed, 1 skipped");
    expect(exitCode).toBe(1);
  });

  test("and the line before says how long a chapter waited for the clock", async () => {
    const { stdout } = await runChapter(
      `${REPORTS} reportClaim("cron.a", "holds", { told: { waitedForClock: 61_000 } });
       reportClaim("cron.b", "holds", { told: { waitedForClock: 8_000 } });`,
    );
    expect(stdout.trim().split("\n").slice(-3)).toEqual([
      "Waited for the clock: 01-test 61.00 s",
      "",
      "2 passed, 0 failed, 0 skipped",
    ]);
  });

  test("a mutant of a claim that can't be observed as skipped, for a reason", async () => {
    const { exitCode, stdout } = await runChapter(
      `${REPORTS} reportClaim("pod.a", "holds"); reportUntriedMutant("pod.b");`,
    );
    expect(stdout.trim().split("\n").at(-1)).toBe("1 passed, 0 failed, 1 skipped");
    expect(exitCode).toBe(0);
  });

  test("a file whose beforeAll fails", async () => {
    const { exitCode, stdout } = await runChapter(
      `${REPORTS} import { beforeAll } from "vitest";
       beforeAll(() => { throw new Error("no cluster"); }); reportClaim("pod.a", "holds");`,
    );
    expect(stdout.trim().split("\n").at(-1)).toBe("0 passed, 1 failed, 1 skipped");
    expect(exitCode).toBe(1);
  });

  test("only what the user asked for by name", async () => {
    const { exitCode, stdout } = await runChapter(
      `${REPORTS} reportClaim("pod.a", "holds"); reportClaim("pod.b", "holds");`,
      "-t",
      "pod.b",
    );
    expect(stdout.trim().split("\n").at(-1)).toBe("1 passed, 0 failed, 0 skipped");
    expect(exitCode).toBe(0);
  });
});

describe("a run is red", () => {
  test("when a claim was skipped without a reason", async () => {
    const { exitCode, stdout } = await runChapter(
      `${REPORTS} import { test } from "vitest"; reportClaim("pod.a", "holds"); test.skip("pod.b: b", () => {});`,
    );
    expect(stdout).toContain("skipped without a reason: pod.b: b");
    expect(exitCode).toBe(1);
  });

  test("when no claim was put to the cluster", async () => {
    const { exitCode, stdout } = await runChapter(`${REPORTS} reportClaim("pod.a", "not asked");`);
    expect(stdout).toContain("no claim was put to the cluster");
    expect(exitCode).toBe(1);
    const filtered = await runChapter(`${REPORTS} reportClaim("pod.a", "holds");`, "-t", "nothing");
    expect(filtered.stdout).toContain("no claim was put to the cluster");
    expect(filtered.exitCode).toBe(1);
  });
});

test("a lost cluster ends the run: what follows is not tried", async () => {
  const { exitCode, stdout } = await runChapter(
    `${REPORTS} import { test } from "vitest"; import { setTimeout } from "node:timers/promises";
     reportClaim("pod.a", "error", { clusterLost: true });
     test("a pause, in which the run is cancelled", () => setTimeout(200));
     test("pod.b: b", () => { console.log("tried"); });`,
  );
  expect(stdout).not.toContain("tried");
  expect(stdout).toContain("✗ the cluster was lost in the middle of the run");
  expect(exitCode).toBe(1);
});

test("a cluster that is lost before a chapter could begin is told in the same way", async () => {
  const { exitCode, stdout } = await runChapter(
    `${REPORTS} import { beforeAll } from "vitest"; import { ClusterLost } from ${OPENING_ERROR};
     beforeAll(() => { throw new ClusterLost(new Error("socket hang up"), []); });
     reportClaim("pod.a", "holds");`,
  );
  expect(stdout).toContain("✗ the cluster was lost in the middle of the run: socket hang up");
  expect(stdout.trim().split("\n").at(-1)).toBe("0 passed, 1 failed, 1 skipped");
  expect(exitCode).toBe(1);
});
