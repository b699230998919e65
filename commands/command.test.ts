import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";

/** Runs a command whose reader goes away after the first line; gives how it ended and what it said beside. */
async function runBeforeHead(work: string, stream: "stdout" | "stderr" = "stdout") {
  const here = (file: string) => JSON.stringify(join(import.meta.dirname, file));
  const program = `
    import { setTimeout as sleep } from "node:timers/promises";
    import { main } from ${here("command.ts")};
    import { withCleanup } from ${here("../helpers/engine/signals.ts")};
    const print = async () => { for (;;) { ${stream === "stdout" ? "console.log" : "console.error"}("a line"); await sleep(10); } };
    await main(async () => { ${work} });
  `;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child[stream].once("data", () => child[stream].destroy());
  const other = stream === "stdout" ? child.stderr : child.stdout;
  const [said, [code]] = await Promise.all([text(other), once(child, "exit")]);
  return { said, code };
}

describe("a reader that goes away, as head does", () => {
  test("ends a command that only prints, without a word", async () => {
    expect(await runBeforeHead("await print();")).toEqual({ said: "", code: 0 });
  });

  test("ends a command that has something to remove as a signal does", async () => {
    const work = `await withCleanup(async (stack) => {
      stack.defer(async () => { console.log("closing"); await sleep(1_500); console.log("closing"); console.error("closed"); });
      await print();
    });`;
    expect(await runBeforeHead(work)).toEqual({ said: "closed\n", code: 143 });
  });

  test("and goes away from both, as with 2>&1: what is made is removed all the same", async () => {
    const work = `await withCleanup(async (stack) => {
      stack.defer(async () => { console.error("closing"); await sleep(1_500); console.error("closing"); console.log("closed"); });
      await print();
    });`;
    expect(await runBeforeHead(work, "stderr")).toEqual({ said: "closed\n", code: 143 });
  });
});
