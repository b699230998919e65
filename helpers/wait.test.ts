import { expect, test } from "vitest";
import { lessAndLess, waitFor } from "./wait.ts";

test("gives what was seen when the condition held", async () => {
  let looks = 0;
  const seen = await waitFor({ what: "three looks", look: async () => ++looks, until: (n) => n === 3 });
  expect(seen).toBe(3);
});

test("a time-out names what was waited for and the last state seen", async () => {
  const wait = waitFor({
    what: "Pod whoami to be ready",
    look: async () => ({ phase: "Pending" }),
    until: () => false,
    timeout: 60,
  });
  await expect(wait).rejects.toThrow(
    'waited 0.06 s for Pod whoami to be ready; last seen: {"phase":"Pending"}',
  );
});

test("a look that never answers does not outlast the time-out", async () => {
  const never = waitFor({
    what: "an answer",
    look: () => new Promise<never>(() => {}),
    until: () => true,
    timeout: 60,
  });
  await expect(never).rejects.toThrow("waited 0.06 s for an answer; last seen: no answer");
});

test("nothing is waited for after the time-out, however long the last look took", async () => {
  const pauses: number[] = [];
  const never = waitFor({
    what: "an answer",
    look: () => new Promise<never>(() => {}),
    until: () => true,
    timeout: 60,
    interval: lessAndLess(10, 50),
    pause: async (interval) => void pauses.push(interval),
  });
  await expect(never).rejects.toThrow("last seen: no answer");
  expect(pauses).toEqual([]);
});

test("a look that throws is tried again, and told when time runs out", async () => {
  let looks = 0;
  const look = async () => {
    looks += 1;
    if (looks < 3) throw new Error("connection refused");
    return looks;
  };
  expect(await waitFor({ what: "an answer", look, until: () => true })).toBe(3);
  const never = waitFor({
    what: "an answer",
    look: () => Promise.reject(new Error("refused")),
    until: () => true,
    timeout: 60,
  });
  await expect(never).rejects.toThrow("last seen: refused");
});

test("what was seen before the answers stopped is not forgotten", async () => {
  let looks = 0;
  const look = async () => {
    looks += 1;
    if (looks > 1) throw new Error("refused");
    return "Pending";
  };
  const wait = waitFor({ what: "Pod whoami", look, until: () => false, timeout: 1_000 });
  await expect(wait).rejects.toThrow('last seen: "Pending"; then: refused');
});

test("an error that is final ends the wait at once", async () => {
  const wait = waitFor({
    what: "an answer",
    look: () => Promise.reject(new RangeError("never")),
    until: () => true,
    isFinal: (error) => error instanceof RangeError,
  });
  await expect(wait).rejects.toThrow(RangeError);
});

test("something else than the clock may end the pause between two looks", async () => {
  const pauses: number[] = [];
  let looks = 0;
  const seen = await waitFor({
    what: "two looks",
    look: async () => ++looks,
    until: (n) => n === 2,
    interval: () => 60_000,
    pause: async (interval) => void pauses.push(interval),
  });
  expect({ seen, pauses }).toEqual({ seen: 2, pauses: [60_000] });
});

test.each([
  { waited: 0, looking: 10, interval: 250 },
  { waited: 4_000, looking: 10, interval: 800 },
  { waited: 60_000, looking: 10, interval: 1000 },
  { waited: 60_000, looking: 800, interval: 1600 },
])("waited $waited ms with a last look of $looking ms: the next in $interval ms", (wait) => {
  expect(lessAndLess(250, 1000)(wait.waited, wait.looking)).toBe(wait.interval);
});
