import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { thisMachine } from "../run.ts";
import { scratch } from "./scratch.ts";
import { testFolder } from "./testing/context.ts";

test("a scratch folder goes with all that is in it", async () => {
  await using folder = await testFolder();
  {
    await using temporary = scratch(folder.path);
    await writeFile(join(temporary.path, "half"), "…");
    expect(await readdir(folder.path)).toHaveLength(1);
  }
  expect(await readdir(folder.path)).toEqual([]);
});

test("what a run left that was killed is removed, a living run's is not", async () => {
  await using folder = await testFolder();
  await using living = scratch(folder.path);
  await mkdir(join(folder.path, `tmp-${thisMachine()}-4194303-1-abcdef`));
  await mkdir(join(folder.path, "tmp-another0machine-1-1-abcdef"));
  await using second = scratch(folder.path);
  const left = await readdir(folder.path);
  expect(left).toHaveLength(3);
  expect(left).toContain("tmp-another0machine-1-1-abcdef");
  expect([living.path, second.path].every((path) => left.some((name) => path.endsWith(name)))).toBe(true);
});
