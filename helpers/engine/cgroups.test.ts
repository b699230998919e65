import { expect, test } from "vitest";
import { thisRun } from "../run.ts";
import { cgroupOf, removeCgroups, runOfCgroup } from "./cgroups.ts";

test("a cgroup's name tells whose it is", () => {
  const run = thisRun();
  expect(runOfCgroup(cgroupOf(run))).toEqual(run);
  expect(runOfCgroup(cgroupOf(run).slice(1))).toEqual(run);
});

test("the names of others tell nothing", () => {
  expect(runOfCgroup("docker")).toBeUndefined();
  expect(runOfCgroup("proven-tutorial-139104c0")).toBeUndefined();
});

test("removing what is not there is no error", async () => {
  expect(await removeCgroups("/proven-tutorial-run-nobody")).toEqual([]);
});
