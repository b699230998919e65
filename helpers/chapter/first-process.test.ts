import { expect, test } from "vitest";
import { firstProcessIn } from "./first-process.ts";

test("the first process is found by its number", () => {
  expect(firstProcessIn(["    PID COMMAND", "     13 sleep 1", "      1 /pause"])).toBe("/pause");
  expect(firstProcessIn(["    PID COMMAND", "     13 sleep 1"])).toBe("");
});
