import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

const here = (file: string) => JSON.stringify(join(import.meta.dirname, file));

/** Presses Ctrl-C, and says how many signals it got by the time that it has removed its things. */
const CHILD = `
  let signals = 0;
  process.on("SIGINT", () => {
    signals += 1;
    setTimeout(() => { process.stderr.write("signals: " + signals + "\\n"); process.exit(130); }, 1_500);
  });
  // As from a terminal: to the whole group, which is called after its first process.
  process.kill(-process.ppid, "SIGINT");
  setInterval(() => {}, 1_000);
`;

/** What this process itself has to remove takes longer than two signals count as one. */
const PARENT = `
  import { setTimeout as sleep } from "node:timers/promises";
  import { withCleanup } from ${here("engine/signals.ts")};
  import { ownCommand } from ${here("own-command.ts")};
  await withCleanup(async (stack) => {
    stack.defer(() => sleep(1_100));
    const { stderr } = await ownCommand(process.execPath, ["-e", ${JSON.stringify(CHILD)}], { cwd: ".", reject: false });
    process.stdout.write(stderr);
    await sleep(20_000);
  });
`;

test("Ctrl-C reaches it once, and is waited for", async () => {
  const parent = spawn(process.execPath, ["--input-type=module-typescript", "-e", PARENT], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const [output, [code]] = await Promise.all([text(parent.stdout), once(parent, "exit")]);
  expect({ code, output }).toEqual({ code: 130, output: "signals: 1" });
});
