import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readLedger, readLedgers, readRecording } from "./files.ts";
import { recordRun } from "./record-run.ts";
import { runOf, toldClaim } from "./testing/run.ts";

const known = ["01-pod", "02-pause"];
const pod = { "01-pod": [toldClaim("pod.ready"), toldClaim("pod.names", { outcome: "refuted" })] };
const pause = { "02-pause": [toldClaim("ns.uts")] };
const later = { recordedAt: "2026-12-01T12:00:00.000Z" };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ledger-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("recording", () => {
  test("has a ledger and a transcript for each ground", () => {
    recordRun(runOf(pod), { folder, known });
    recordRun(runOf(pod, { cgroup: 2, distribution: "k3s", kubernetes: "v1.36.3+k3s1" }), { folder, known });
    expect(readdirSync(folder).sort()).toEqual([
      "k3s-v1.36.3-k3s1-containerd-cgroup-v2.json",
      "k3s-v1.36.3-k3s1-containerd-cgroup-v2.transcript.json",
      "offline-node-v1.36.3-containerd-cgroup-v1.json",
      "offline-node-v1.36.3-containerd-cgroup-v1.transcript.json",
    ]);
  });

  test("of the same world twice differs in its head only", () => {
    const first = readFileSync(recordRun(runOf(pod), { folder, known }), "utf8");
    const slower = { "01-pod": pod["01-pod"].map((claim) => ({ ...claim, duration: 77 })) };
    const second = readFileSync(
      recordRun(runOf(slower, { ...later, kernel: "6.2" }), { folder, known }),
      "utf8",
    );
    const body = (text: string) => text.slice(text.indexOf('"chapters"'));
    expect(body(second)).toBe(body(first));
    expect(second).not.toBe(first);
  });

  test("of one chapter leaves the others, each with its date", () => {
    recordRun(runOf(pause), { folder, known });
    const file = recordRun(runOf(pod, later), { folder, known });
    expect(readLedger(file)).toMatchObject({
      head: { recordedAt: { "01-pod": later.recordedAt, "02-pause": "2026-11-23T12:00:00.000Z" } },
      chapters: [{ id: "01-pod" }, { id: "02-pause" }],
    });
    const recorded = readRecording(runOf({}).head, folder);
    expect(recorded?.transcript?.chapters.map(({ id }) => id)).toEqual(known);
  });

  test("drops a chapter that is no more", () => {
    recordRun(runOf({ "99-gone": [toldClaim("gone")] }), { folder, known: ["99-gone"] });
    const file = recordRun(runOf(pod), { folder, known });
    expect(readLedger(file).chapters.map(({ id }) => id)).toEqual(["01-pod"]);
  });

  test("of one chapter is refused where the others were recorded with another image, and nothing is lost", () => {
    const file = recordRun(runOf(pause), { folder, known });
    const before = readFileSync(file, "utf8");
    const images = [
      { reference: "traefik/whoami", digest: "sha256:2", standIn: true, description: "whoami" },
    ];
    expect(() => recordRun(runOf(pod, { images }), { folder, known })).toThrow(
      "02-pause were recorded with another image of traefik/whoami",
    );
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  test("is refused when a claim ended in an error: that says nothing of the world", () => {
    const run = runOf({ "01-pod": [toldClaim("pod.ready", { outcome: "error", reason: "no answer" })] });
    expect(() => recordRun(run, { folder, known })).toThrow(
      "nothing is recorded: pod.ready ended in an error",
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("reading", () => {
  test("no folder has no ledgers", () => expect(readLedgers(join(folder, "none"))).toEqual([]));

  test.each([
    ["half a file", '{"schema": 1, "head": {', "can't be read"],
    [
      "a newer schema",
      '{"schema": 2, "surprise": true}',
      "newer version of this program (schema 2; this version knows 1)",
    ],
    ["another shape", '{"schema": 1}', "is not as expected"],
    ["no object", "[]", "is not as expected"],
  ])("%s is a clear error", (_, text, message) => {
    const file = join(folder, "x.json");
    writeFileSync(file, text);
    expect(() => readLedger(file)).toThrow(message);
  });

  test("a claim that is in it twice is named", () => {
    const file = recordRun(runOf(pod), { folder, known });
    writeFileSync(file, readFileSync(file, "utf8").replace("pod.names", "pod.ready"));
    expect(() => readLedger(file)).toThrow(
      expect.objectContaining({ details: [expect.stringContaining("pod.ready is in it twice")] }),
    );
  });

  test("a ledger that is not there is named", () => {
    expect(() => readLedger(join(folder, "none.json"))).toThrow("there is no ledger");
  });
});
