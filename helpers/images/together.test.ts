import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { together } from "./together.ts";

test("gives all results in order", async () => {
  const results = await together<[number, string]>(undefined, [() => sleep(20, 1), async () => "two"]);
  expect(results).toEqual([1, "two"]);
});

test("the first failure stops the others, which are waited for", async () => {
  let stopped = false;
  const working = together<unknown[]>(undefined, [
    async (signal) => {
      await sleep(10_000, undefined, { signal }).catch(() => undefined);
      stopped = true;
      throw new Error("stopped");
    },
    () => Promise.reject(new Error("first")),
  ]);
  await expect(working).rejects.toThrow("first");
  expect(stopped).toBe(true);
});

test("who called it off hears his own reason", async () => {
  const outer = AbortSignal.timeout(20);
  const working = together<unknown[]>(outer, [(signal) => sleep(10_000, undefined, { signal })]);
  await expect(working).rejects.toThrow("timeout");
});
