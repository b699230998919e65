import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readResults, recordResults, type Results } from "./results.ts";
import { figureOf } from "./statistics.ts";
import { ground } from "./testing/ground.ts";

test("what is recorded in the checkout can be read", () => {
  expect(readResults().schema).toBe(1);
});

test("a part is recorded in place of what was there of it, and the others stay", () => {
  const folder = mkdtempSync(join(tmpdir(), "results-"));
  const file = join(folder, "results.json");
  const memory: Results["memory"] = {
    ground,
    total: figureOf([400]),
    programs: { kubernetes: figureOf([300]) },
  };
  const podIn = (seconds: number): Results["pod"] => ({ ground, ready: figureOf([seconds]), parts: {} });
  recordResults({ memory, pod: podIn(2) }, file);
  recordResults({ pod: podIn(1) }, file);
  expect(readResults(file)).toEqual({ schema: 1, memory, pod: podIn(1) });
  expect(readFileSync(file, "utf8")).toMatch(/\n$/);
  rmSync(folder, { recursive: true });
});

test("a file of another shape is refused, with a remedy", () => {
  const folder = mkdtempSync(join(tmpdir(), "results-"));
  const file = join(folder, "results.json");
  writeFileSync(file, '{"schema":1,"pod":{"ready":1}}');
  expect(() => readResults(file)).toThrow(/^bench\/results.json can't be read/);
  rmSync(folder, { recursive: true });
});
