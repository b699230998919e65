import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

test("work is done one after another, in the order in which it was asked for", async () => {
  const turns = new Turns();
  const order: string[] = [];
  const work = (name: string) =>
    turns.take(async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      return name;
    });
  expect(await Promise.all([work("first"), work("second")])).toEqual(["first", "second"]);
  expect(order).toEqual(["first begins", "first ends", "second begins", "second ends"]);
});

test("work that only waits lets the next one begin", async () => {
  const turns = new Turns();
  const waited = Promise.withResolvers<string>();
  const first = turns.take((pass) => {
    pass();
    return waited.promise;
  });
  expect(await turns.take(() => Promise.resolve("second"))).toBe("second");
  waited.resolve("first");
  expect(await first).toBe("first");
});

test("work that fails does not hold up the next one", async () => {
  const turns = new Turns();
  const first = turns.take(() => Promise.reject(new Error("failed")));
  const second = turns.take(() => Promise.resolve("second"));
  await expect(first).rejects.toThrow("failed");
  expect(await second).toBe("second");
});
