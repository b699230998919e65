import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeRoomForCgroups, pidsBelow, removeCgroups } from "./cgroups.ts";

test("processes that this PID namespace does not have are none that could be signalled", () => {
  const folder = mkdtempSync(join(tmpdir(), "cgroup-"));
  writeFileSync(join(folder, "cgroup.procs"), `0\n${process.pid}\n0\n`);
  mkdirSync(join(folder, "below"));
  writeFileSync(join(folder, "below/cgroup.procs"), "0\n");
  expect(pidsBelow(folder)).toEqual([process.pid]);
  rmSync(folder, { recursive: true });
});

test("removing what is not there is no error", async () => {
  expect(await removeCgroups("/proven-tutorial-run-nobody")).toEqual([]);
});

describe("makeRoomForCgroups", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "cgroup-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** What a container with cgroup v2 sees as the top one, with some files that are different. */
  function write(files: Readonly<Record<string, string | undefined>> = {}): void {
    const container = {
      "cgroup.type": "domain\n",
      "cgroup.controllers": "cpuset cpu memory pids\n",
      "cgroup.subtree_control": "\n",
      "cgroup.procs": "1\n17\n",
    };
    for (const [name, text] of Object.entries({ ...container, ...files })) {
      if (text !== undefined) writeFileSync(join(root, name), text);
    }
  }

  test("moves a container's processes out of the way, and then shares its controllers out", () => {
    write();
    makeRoomForCgroups(root);
    // The kernel's file takes one number at a time; a plain file keeps the last.
    expect(readFileSync(join(root, "init/cgroup.procs"), "utf8")).toBe("17");
    expect(readFileSync(join(root, "cgroup.subtree_control"), "utf8")).toBe("+cpuset +cpu +memory +pids");
  });

  test.each([
    ["the kernel's own top cgroup", { "cgroup.type": undefined }],
    ["a container that shares them out already", { "cgroup.subtree_control": "cpu memory\n" }],
    ["a container without processes in its top cgroup", { "cgroup.procs": "" }],
    ["a container that was given no memory controller", { "cgroup.controllers": "cpu pids\n" }],
  ])("leaves %s alone", (_, files) => {
    write(files);
    makeRoomForCgroups(root);
    expect(existsSync(join(root, "init"))).toBe(false);
  });

  test("leaves cgroup v1 alone", () => {
    makeRoomForCgroups(root);
    expect(existsSync(join(root, "init"))).toBe(false);
  });

  test("says what to do where that fails", () => {
    write();
    writeFileSync(join(root, "init"), "in the way");
    expect(() => makeRoomForCgroups(root)).toThrow(/cgroups can't be divided/);
  });
});
