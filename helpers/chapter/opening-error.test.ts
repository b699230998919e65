import { expect, test } from "vitest";
import { Problem } from "../problem.ts";
import { ClusterLost, isRefusal, OpeningError } from "./opening-error.ts";

const CHAPTER = ["    at chapters/01-pod.test.ts:3:19"];

test("a problem is told with its remedy, beside the chapter's line, and without what caused it", () => {
  const problem = new Problem("the manifest is wrong", "Correct it.", {
    cause: new Error("HTTP 500"),
    details: ["line 3"],
  });
  const error = new OpeningError(problem, CHAPTER, ["$ kubectl get pods"]);
  expect(error.stack).toMatchInlineSnapshot(`
    "OpeningError: the manifest is wrong
        line 3
        $ kubectl get pods
      → Correct it.
        at chapters/01-pod.test.ts:3:19"
  `);
  expect(error.cause).toBeUndefined();
});

test("a mistake of ours is told with its own lines", () => {
  const mistake = new TypeError("undefined is not a function");
  const { stack } = new OpeningError(mistake, CHAPTER);
  expect(stack).toMatch(/^OpeningError: undefined is not a function\n +at .*opening-error\.test\.ts/);
  expect(stack).not.toContain("01-pod");
});

test("what others have written is text alone", () => {
  const field = "conta\u001b[2J\u202einers";
  const { message, stack } = new OpeningError(new Problem(`unknown field ${field}`, field), CHAPTER, [field]);
  expect(message).toBe("unknown field containers\n    containers\n  → containers");
  expect(stack).not.toContain("\u001b");
  expect(stack).not.toContain("\u202e");
});

test("what is thrown may be no error at all", () => {
  expect(new ClusterLost("gone", CHAPTER).stack).toBe(`ClusterLost: gone\n${CHAPTER[0]}`);
});

test("a refusal of the API server is known by its status", () => {
  const refused = (cause: Error) => isRefusal(new Problem("refused", "Correct it.", { cause }));
  expect(refused(Object.assign(new Error("HTTP"), { code: 422 }))).toBe(true);
  expect(refused(Object.assign(new Error("socket"), { code: "ECONNREFUSED" }))).toBe(false);
});
