import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { thisRun } from "../run.ts";
import { LABEL_FILE, labelFolder } from "./label-folder.ts";

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "label-folder-"));
});
afterEach(() => rmSync(parent, { recursive: true }));

test("the file has a label on each line, as docker run --label-file reads it", () => {
  const run = { id: "0a1b2c3d", machine: "m", pid: 1, startTime: "2" };
  const folder = labelFolder(parent, "hand", run);
  expect(readFileSync(join(folder, LABEL_FILE), "utf8")).toMatchInlineSnapshot(`
    "proven-tutorial.run=0a1b2c3d
    proven-tutorial.machine=m
    proven-tutorial.pid=1
    proven-tutorial.start-time=2
    "
  `);
});

test("folders of dead runs are removed, those of living ones stay", () => {
  const living = thisRun();
  const dead = labelFolder(parent, "dead", { ...living, startTime: "before it" });
  const other = labelFolder(parent, "other", living);
  const own = labelFolder(parent, "own", living);
  expect([dead, other, own].map((folder) => existsSync(folder))).toEqual([false, true, true]);
});
