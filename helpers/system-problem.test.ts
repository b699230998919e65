import { closeSync, openSync, writeSync } from "node:fs";
import { expect, test } from "vitest";
import { Problem } from "./problem.ts";
import { asProblem } from "./system-problem.ts";

/** The error of something that must fail. */
function failure(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

test.runIf(process.platform === "linux")("a full disk is told with a remedy", () => {
  const full = openSync("/dev/full", "w");
  const error = failure(() => writeSync(full, "x"));
  closeSync(full);
  expect(asProblem(error)).toMatchObject({
    name: "Problem",
    message: expect.stringMatching(/disk.* is full.*: ENOSPC/),
    remedy: expect.stringContaining("XDG_CACHE_HOME"),
    cause: error,
  });
});

test("so is that of an engine, which tells it in its own words", () => {
  const error = new Error("(HTTP code 500) server error - write /bin/k3s: no space left on device");
  expect(asProblem(error)).toMatchObject({ name: "Problem", message: `a disk is full: ${error.message}` });
});

test("a file that may not be written is named", () => {
  const error = Object.assign(new Error("EACCES: permission denied, open '/a/file'"), {
    code: "EACCES",
    path: "/a/file",
  });
  expect(asProblem(error)).toMatchObject({
    name: "Problem",
    message: expect.stringContaining("/a/file"),
    remedy: expect.stringContaining("/a/file"),
  });
});

test("whatever else went wrong stays what it is", () => {
  const others = [new Problem("this", "that"), new TypeError("a mistake of ours"), "text", undefined];
  for (const other of others) expect(asProblem(other)).toBe(other);
});
