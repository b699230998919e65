import { expect, test } from "vitest";
import { allDifferent, allEqual, matches, pick } from "./judgements.ts";

test("matches compares only what is asked for", () => {
  expect(matches({ READY: "2/2", STATUS: "Running", AGE: "5s" }, { READY: "2/2", STATUS: "Running" })).toBe(
    true,
  );
  expect(matches({ READY: "1/2" }, { READY: "2/2" })).toBe(false);
  expect(matches({}, { READY: "2/2" })).toBe(false);
});

test("a single value is neither equal nor different to others", () => {
  expect(allEqual({ a: 1 })).toBe(false);
  expect(allDifferent({ a: 1 })).toBe(false);
});

test("equal, different, and something between", () => {
  expect([allEqual({ a: 1, b: 1 }), allDifferent({ a: 1, b: 1 })]).toEqual([true, false]);
  expect([allEqual({ a: 1, b: 2 }), allDifferent({ a: 1, b: 2 })]).toEqual([false, true]);
  expect([allEqual({ a: 1, b: 1, c: 2 }), allDifferent({ a: 1, b: 1, c: 2 })]).toEqual([false, false]);
});

test("what is picked is complete, or an error that names what is missing", () => {
  expect(pick({ node: 3, whoami: 2, pause: 1 }, ["pause", "whoami"])).toEqual({ pause: 1, whoami: 2 });
  expect(() => pick({ whoami: 2 }, ["pause", "whoami", "nettool"])).toThrow(
    "there is no pause and no nettool",
  );
});
