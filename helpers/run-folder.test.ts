import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { thisRun } from "./run.ts";
import { runFolder } from "./run-folder.ts";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "cache "));
  vi.stubEnv("XDG_CACHE_HOME", cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

test.runIf(process.platform === "linux")("folders of living runs stay, those of dead ones go", () => {
  const run = thisRun();
  const living = runFolder("tried", run);
  const dead = runFolder("tried", { ...run, id: "00000000", startTime: "1" });
  const elsewhere = runFolder("tried", { ...run, id: "11111111", machine: "another", startTime: "1" });
  runFolder("tried", run);
  expect([living, dead, elsewhere].map((folder) => existsSync(folder))).toEqual([true, false, true]);
});
