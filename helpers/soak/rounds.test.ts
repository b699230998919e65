import { expect, test } from "vitest";
import { describeRound, planRounds } from "./rounds.ts";

test("where both alternate, four rounds see all four grounds", () => {
  const grounds = planRounds(4, { clusters: "alternate", load: "alternate" }).map(describeRound);
  expect(new Set(grounds).size).toBe(4);
  expect(grounds[0]).toBe("a shared cluster, no load");
});

test("what does not alternate is the same in every round", () => {
  const rounds = planRounds(3, { clusters: "fresh", load: "always" });
  expect(rounds.map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(rounds.every(({ fresh, load }) => fresh && load)).toBe(true);
});
