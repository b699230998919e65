import { expect, test } from "vitest";
import { untilNextLook } from "./clock.ts";

const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);

test("after a full minute looks are frequent", () => {
  expect(untilNextLook(at("12:00:00.000"))).toBe(500);
  expect(untilNextLook(at("12:00:09.999"))).toBe(500);
});

test("later in the minute they are rare", () => {
  expect(untilNextLook(at("12:00:10.000"))).toBe(5000);
});

test("the end of the minute is not missed", () => {
  expect(untilNextLook(at("12:00:59.990"))).toBe(10);
});
