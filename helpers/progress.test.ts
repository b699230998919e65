import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Live } from "./live.ts";
import { lineProgress, type Progress } from "./progress.ts";

let lines: string[];
let progress: Progress;
beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  progress = lineProgress((line) => lines.push(line), new Live({ write: () => true }, {}));
});
afterEach(() => {
  vi.useRealTimers();
});

/** Takes part in a step for so long, in milliseconds. */
function working(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function failing(milliseconds: number): Promise<void> {
  await working(milliseconds);
  throw new Error("no");
}

test("a step that is quick is not mentioned, also when it fails: its error tells all", async () => {
  const looking = progress.step("Looking", () => working(500));
  const trying = expect(progress.step("Trying", () => failing(500))).rejects.toThrow("no");
  await vi.advanceTimersByTimeAsync(500);
  await Promise.all([looking, trying]);
  expect(lines).toEqual([]);
});

test("a step that takes long is told, and how it ended", async () => {
  const building = progress.step("Building", async (update) => {
    update("half of it");
    await working(12_000);
  });
  const trying = expect(progress.step("Trying", () => failing(2_500))).rejects.toThrow("no");
  await vi.advanceTimersByTimeAsync(12_000);
  await Promise.all([building, trying]);
  expect(lines).toEqual([
    "… Building",
    "… Trying",
    "✗ Trying (after 2.5 s)",
    "… Building: half of it, 10.0 s so far",
    "✓ Building (12.0 s)",
  ]);
});
