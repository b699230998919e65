import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { isDead, processStartTime, thisMachine, thisRun } from "./run.ts";

test("a run is dead when its process is gone, or another one has its number", () => {
  const run = thisRun();
  expect(isDead(run)).toBe(false);
  expect(isDead({ ...run, startTime: "1" })).toBe(true);
  // The largest number that Linux gives is one less.
  expect(isDead({ ...run, pid: 4194304 })).toBe(true);
});

test("a run of another machine is never called dead", () => {
  expect(isDead({ ...thisRun(), machine: "another", pid: 4194304 })).toBe(false);
});

test.runIf(process.platform === "linux")(
  "a process that is there has a start time, one that is gone has none",
  () => {
    expect(processStartTime(process.pid)).toMatch(/^\d+$/);
    expect(processStartTime(4194304)).toBeUndefined();
  },
);

test.runIf(process.platform === "linux" && process.getuid?.() === 0)(
  "what sees other processes is another machine, whatever its name: a container beside us, say",
  async () => {
    const script = `import { thisMachine } from ${JSON.stringify(join(import.meta.dirname, "run.ts"))};
      console.log(thisMachine());`;
    const node = [process.execPath, "--input-type=module-typescript", "-e", script];
    const { stdout: here } = await execa(node[0] ?? "", node.slice(1));
    const { stdout: apart } = await execa("unshare", ["--pid", "--fork", "--mount-proc", ...node]);
    expect(here).toBe(thisMachine());
    expect(apart).not.toBe(here);
  },
);
