import { expect, test } from "vitest";
import { judge, NotObservable } from "./outcome.ts";

test("what was observed is judged", async () => {
  expect(
    await judge(
      async () => 2,
      (n) => n === 2,
    ),
  ).toEqual({ outcome: "holds", seen: 2 });
  expect(
    await judge(
      async () => 3,
      (n) => n === 2,
    ),
  ).toEqual({ outcome: "refuted", seen: 3 });
});

test("a throw is an error, never a refutation", async () => {
  const fail = () => Promise.reject(new Error("connection lost"));
  expect(await judge(fail, () => true)).toMatchObject({ outcome: "error", reason: "connection lost" });
  const broken = () => {
    throw new Error("no such row");
  };
  expect(await judge(async () => 1, broken)).toMatchObject({
    outcome: "error",
    reason: "the judgement failed: no such row",
  });
});

test("what this cluster hides is not observable", async () => {
  const hidden = () => Promise.reject(new NotObservable("no way into the node"));
  expect(await judge(hidden, () => true)).toMatchObject({
    outcome: "not observable",
    reason: "no way into the node",
  });
});

test("a judgement that forgets to return is an error", async () => {
  const forgetful = (() => undefined) as unknown as () => boolean;
  expect(await judge(async () => 1, forgetful)).toMatchObject({ outcome: "error" });
});
