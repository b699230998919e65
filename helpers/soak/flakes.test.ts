import { expect, test } from "vitest";
import type { ClaimRecord, RunRecord } from "../record.ts";
import { countFlakes, flakesOf } from "./flakes.ts";

function recordWith(claims: readonly Partial<ClaimRecord>[]): RunRecord {
  return { chapters: [{ id: "01-pod", claims }] } as unknown as RunRecord;
}

const green = { exitCode: 0, chapters: ["01-pod"], left: [] };

test("a round in which all is as expected has no flakes, refuted claims and unasked ones included", () => {
  const record = recordWith([
    { id: "pod.ready", outcome: "holds", expected: "holds" },
    { id: "ns.uts", outcome: "refuted", expected: "refuted" },
    { id: "ns.cgroup", outcome: "not asked", expected: "holds" },
  ]);
  expect(flakesOf({ ...green, record })).toEqual([]);
});

test("a claim with another outcome, or without any, is a flake", () => {
  const record = recordWith([
    { id: "pod.ready", outcome: "refuted", expected: "holds" },
    { id: "pod.files", outcome: "error", expected: "holds", reason: "no answer" },
  ]);
  expect(flakesOf({ ...green, record, exitCode: 1 })).toEqual([
    { what: "pod.ready", why: "refuted" },
    { what: "pod.files", why: "error: no answer" },
  ]);
});

test("a chapter that was not told, something left behind, and a run that is red by itself are flakes", () => {
  const record = recordWith([]);
  expect(flakesOf({ ...green, record: undefined, exitCode: 1 })).toEqual([
    { what: "01-pod", why: "no claim of this chapter was told" },
  ]);
  expect(flakesOf({ ...green, record, left: ["process dockerd"] })).toEqual([
    { what: "left behind", why: "process dockerd" },
  ]);
  expect(flakesOf({ ...green, record, exitCode: 1 })).toEqual([{ what: "the run", why: "exit code 1" }]);
});

test("flakes are counted by round, the most frequent first", () => {
  const flake = (what: string) => ({ what, why: "" });
  expect(countFlakes([[flake("a.b")], [], [flake("c.d"), flake("a.b"), flake("a.b")]])).toEqual([
    { what: "a.b", rounds: [1, 3] },
    { what: "c.d", rounds: [3] },
  ]);
});
