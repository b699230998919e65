import { expect, test } from "vitest";
import { ledgerOf } from "./record-run.ts";
import { columnOfRecording, columnOfRun, rowsOf } from "./matrix.ts";
import { rowsOfTwo, runOf, toldClaim } from "./testing/run.ts";

/** The rows of two versions that told this of a claim. */
function rowOf(before: Parameters<typeof toldClaim>[1], after: Parameters<typeof toldClaim>[1]) {
  const [row] = rowsOfTwo([toldClaim("pod.ready", before)], [toldClaim("pod.ready", after)]);
  return { change: row?.change, unknown: row?.unknown };
}

test("another outcome that the chapter expects is a change, and known", () => {
  expect(rowOf({}, { outcome: "refuted", expected: "refuted" })).toEqual({
    change: "outcome",
    unknown: false,
  });
});

test("another outcome that it does not expect is unknown", () => {
  expect(rowOf({}, { outcome: "refuted" })).toEqual({ change: "outcome", unknown: true });
});

test("the same outcome, but not the one that is expected, is unknown as well", () => {
  const refuted = { outcome: "refuted" } as const;
  expect(rowOf(refuted, refuted)).toEqual({ change: "none", unknown: true });
});

test("what was only seen otherwise is told apart", () => {
  expect(rowOf({}, { observed: { seen: "something else" } })).toEqual({
    change: "observation",
    unknown: false,
  });
});

test("what can't be asked of an older version is a known change; an error is none", () => {
  const notAsked = { outcome: "not asked", reason: "since 1.36", observed: undefined } as const;
  expect(rowOf(notAsked, {})).toEqual({ change: "outcome", unknown: false });
  expect(rowOf({}, { outcome: "error", reason: "no answer" })).toEqual({ change: "outcome", unknown: true });
});

test("a recording is a column, and a claim that it lacks is an empty cell", () => {
  const recorded = runOf({ "01-pod": [toldClaim("pod.ready", { outcome: "refuted" })] });
  const run = runOf({ "01-pod": [toldClaim("pod.ready"), toldClaim("pod.young")] });
  const rows = rowsOf(run.chapters, [
    columnOfRecording("then", { ledger: ledgerOf(recorded), transcript: recorded }),
    columnOfRun("now", run.chapters),
  ]);
  expect(rows).toMatchObject([
    {
      id: "pod.ready",
      change: "outcome",
      unknown: false,
      cells: [{ outcome: "refuted" }, { outcome: "holds" }],
    },
    { id: "pod.young", change: "none", cells: [undefined, { outcome: "holds" }] },
  ]);
});
