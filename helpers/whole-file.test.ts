import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeWhole } from "./whole-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whole "));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a file takes the place of the one before, with its mode", () => {
  const file = join(folder, "a.json");
  writeWhole(file, "old");
  writeWhole(file, "new", { mode: 0o600 });
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["a.json"]);
});

test("what could not take its place is not left beside it", () => {
  mkdirSync(join(folder, "a.json", "in the way"), { recursive: true });
  expect(() => writeWhole(join(folder, "a.json"), "new")).toThrow();
  expect(readdirSync(folder)).toEqual(["a.json"]);
});
