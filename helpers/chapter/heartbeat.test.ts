import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { Heartbeat } from "./heartbeat.ts";

test("a silence counts for what was going on meanwhile, also before it has ended", async () => {
  const before = performance.now();
  let answers = true;
  using heartbeat = new Heartbeat(() => (answers ? Promise.resolve() : delay(1_000)), 10);
  await delay(200);
  answers = false;
  const within = performance.now();
  await delay(700);
  expect(heartbeat.longestSilence(within)).toBeGreaterThan(600);
  await delay(500);
  expect(heartbeat.longestSilence(before)).toBeGreaterThanOrEqual(990);
  answers = true;
  await delay(1_100);
  const after = performance.now();
  await delay(100);
  expect(heartbeat.longestSilence(after)).toBeLessThan(990);
});

test("a refusal is no answer", async () => {
  using heartbeat = new Heartbeat(() => Promise.reject(new Error("refused")), 10);
  await delay(300);
  expect(heartbeat.longestSilence(performance.now() - 1)).toBeGreaterThan(290);
});
