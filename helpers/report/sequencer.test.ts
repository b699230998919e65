import { expect, test } from "vitest";
import { rank } from "./sequencer.ts";

test("a chapter that waits for the clock begins first, then the others, then the unit tests", () => {
  const files = ["helpers/wait.test.ts", "chapters/01-pod.test.ts", "chapters/09-cronjob.test.ts"];
  expect(files.toSorted((a, b) => rank(a) - rank(b))).toEqual(files.toReversed());
});
