import { expect, test } from "vitest";
import { rank } from "./sequencer.ts";

test("what waits longest begins first: the clock, nodes that go, the other chapters, then the unit tests", () => {
  const files = [
    "helpers/wait.test.ts",
    "chapters/01-pod.test.ts",
    "chapters/07-daemonset.test.ts",
    "chapters/09-cronjob.test.ts",
  ];
  expect(files.toSorted((a, b) => rank(a) - rank(b))).toEqual(files.toReversed());
});
