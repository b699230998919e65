import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { identify, waitUntilGone } from "../../engine/processes.ts";
import { testFolder } from "../testing/context.ts";

/** How long Node and a shell may take to start on a busy machine. */
const START_MS = 30_000;
/** How long processes may take there to end that were told to. */
const END_MS = 30_000;

test.each(["SIGINT", "SIGTERM"] as const)("%s ends all commands, and then us", async (signal) => {
  await using folder = await testFolder();
  const files = ["one", "two"].map((name) => join(folder.path, name));
  const commands = files.map(
    (file) => `runCommand("sh", ["-c", "echo $$ > ${file}; sleep 60"], { doing: "x" })`,
  );
  const script = `import { runCommand } from ${JSON.stringify(join(import.meta.dirname, "child.ts"))};
    import { withCleanup } from ${JSON.stringify(join(import.meta.dirname, "../../engine/signals.ts"))};
    await withCleanup(() => Promise.all([${commands.join(", ")}]));`;
  const run = execa(process.execPath, ["--input-type=module-typescript", "-e", script], { reject: false });
  const pids = await Promise.all(files.map(pidIn));
  const children = pids.map((pid) => identify(pid)).filter((child) => child !== undefined);
  expect(children).toHaveLength(2);
  run.kill(signal);
  expect((await run).failed).toBe(true);
  expect(await waitUntilGone(children, END_MS)).toBe(true);
});

async function pidIn(file: string): Promise<number> {
  let pid = 0;
  await expect
    .poll(
      async () => {
        pid = Number(await readFile(file, "utf8").catch(() => ""));
        return pid;
      },
      { timeout: START_MS },
    )
    .toBeGreaterThan(0);
  return pid;
}

test("a command's failure that ends us ends the others too, even one that ignores SIGINT", async () => {
  await using folder = await testFolder();
  const file = join(folder.path, "stubborn");
  const script = `import { runCommand } from ${JSON.stringify(join(import.meta.dirname, "child.ts"))};
    await Promise.all([
      runCommand("sh", ["-c", "until [ -s ${file} ]; do sleep 0.1; done; exit 1"], { doing: "x" }),
      runCommand("sh", ["-c", "trap '' INT; echo $$ > ${file}; sleep 60; sleep 60"], { doing: "y" }),
    ]);`;
  const run = execa(process.execPath, ["--input-type=module-typescript", "-e", script], { reject: false });
  const child = identify(await pidIn(file));
  expect((await run).failed).toBe(true);
  expect(await waitUntilGone(child ? [child] : [], END_MS)).toBe(true);
});
