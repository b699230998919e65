import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processStartTime, thisMachine } from "../run.ts";
import { removeAbandoned, scratch } from "./scratch.ts";
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
  await mkdir(join(folder.path, abandoned("abcdef")));
  await mkdir(join(folder.path, "tmp-another0machine-1-1-abcdef"));
  await mkdir(join(folder.path, "parts"));
  removeAbandoned(folder.path);
  const left = await readdir(folder.path);
  expect(left).toHaveLength(3);
  expect(left).toContain("tmp-another0machine-1-1-abcdef");
  expect(left.some((name) => living.path.endsWith(name))).toBe(true);
});

test.runIf(process.platform === "linux")(
  "a compiler that went on in it is ended, with its children",
  async () => {
    await using folder = await testFolder();
    const work = join(folder.path, abandoned("012345"));
    await mkdir(work);
    const compiler = spawn("sh", ["-c", "sleep 60 & echo $!; wait", work], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const ended = once(compiler, "exit");
    const [child] = (await once(compiler.stdout, "data")) as [Buffer];
    removeAbandoned(folder.path);
    expect(await ended).toEqual([null, "SIGKILL"]);
    await expect.poll(() => processStartTime(Number(child))).toBeUndefined();
    expect(await readdir(folder.path)).toEqual([]);
  },
);

test("a cache that is not there yet has nothing to be removed", () => {
  expect(() => removeAbandoned("/nowhere")).not.toThrow();
});

/** The folder of a run of this machine whose process has ended. */
function abandoned(end: string): string {
  return `tmp-${thisMachine()}-4194303-1-${end}`;
}
