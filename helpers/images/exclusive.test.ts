import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { exclusively } from "./exclusive.ts";
import { keptProgress, testFolder } from "./testing/context.ts";

test("the second waits for the first", async () => {
  await using folder = await testFolder();
  const path = join(folder.path, "thing");
  const progress = keptProgress();
  const order: string[] = [];
  const work = (name: string, milliseconds: number) =>
    exclusively(path, { what: "the thing", progress }, async () => {
      order.push(`${name} begins`);
      await sleep(milliseconds);
      order.push(`${name} ends`);
      return name;
    });
  const first = work("first", 1_300);
  await sleep(50);
  expect(await Promise.all([first, work("second", 0)])).toEqual(["first", "second"]);
  expect(order).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  expect(progress.lines[0]).toBe("… waiting for another run that is at work on the thing");
});

test("who waits can be called off, and failing work gives the lock back", async () => {
  await using folder = await testFolder();
  const path = join(folder.path, "thing");
  const progress = keptProgress();
  const options = { what: "the thing", progress };
  await exclusively(path, options, async () => {
    const signal = AbortSignal.timeout(100);
    await expect(exclusively(path, { ...options, signal }, async () => 1)).rejects.toThrow(/abort|timeout/i);
  });
  await expect(exclusively(path, options, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await exclusively(path, options, async () => 2)).toBe(2);
});
