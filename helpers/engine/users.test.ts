import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Run, thisRun } from "../run.ts";
import { usersIn } from "./users.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "users-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A run whose process has ended. */
function deadRun(): Run {
  return { ...thisRun(), pid: spawnSync(process.execPath, ["--version"]).pid };
}

test("counts the living, and forgets the dead", () => {
  const users = usersIn(folder);
  const [living, dead] = [thisRun(), deadRun()];
  users.add(living);
  users.add(dead);
  expect(users.living()).toEqual([living]);
  expect(readdirSync(folder)).toEqual([`${living.id}.json`]);
  users.remove(living);
  expect(users.living()).toEqual([]);
});

test("a run of another machine does not need this one's engine", () => {
  const users = usersIn(folder);
  users.add({ ...thisRun(), machine: "0123456789ab" });
  expect(users.living()).toEqual([]);
});

test("a kept run needs the engine although its process is gone", () => {
  const users = usersIn(folder);
  const kept = deadRun();
  users.add(kept, { kept: true });
  expect(users.living()).toEqual([kept]);
});

test("what was kept can be forgotten; who lives stays", () => {
  const users = usersIn(folder);
  const living = thisRun();
  users.add(living, { kept: true });
  users.add(deadRun(), { kept: true });
  users.forgetKept();
  expect(users.living()).toEqual([living]);
});

test("a file that a killed run left half written does no harm", () => {
  writeFileSync(join(folder, "abc.json"), '{"run":');
  writeFileSync(join(folder, "def.json.new"), "");
  expect(usersIn(folder).living()).toEqual([]);
});
