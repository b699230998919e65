import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";

/** Runs a program that opens something in `withCleanup`; sends the signals one after another once it says `ready`. */
async function run(work: string, ...signals: NodeJS.Signals[]) {
  const program = `
    import { setTimeout as sleep } from "node:timers/promises";
    import { onInterrupt, withCleanup } from ${JSON.stringify(join(import.meta.dirname, "signals.ts"))};
    try {
      await withCleanup(async (stack) => { ${work} });
      console.log("returned");
    } catch (error) {
      console.log("thrown:", error.message);
      process.exitCode = 1;
    }
  `;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.on("data", (chunk: Buffer) => {
    for (const _ of String(chunk).matchAll(/ready/g)) {
      const next = signals.shift();
      if (next) child.kill(next);
    }
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return { code, lines: output.split("\n").filter((line) => line && line !== "ready") };
}

const SLOW = 'stack.defer(async () => { console.log("closing"); await sleep(50); console.log("closed"); });';
const WAIT = 'console.log("ready"); await sleep(20_000);';

describe("withCleanup", () => {
  test("disposes when the work is done", async () => {
    expect(await run(SLOW)).toEqual({ code: 0, lines: ["closing", "closed", "returned"] });
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("disposes on %s and exits with %d", async (name, code) => {
    expect(await run(`${SLOW} ${WAIT}`, name)).toEqual({ code, lines: ["closing", "closed"] });
  });

  test("a signal while it disposes waits for that, and the work does not go on", async () => {
    const work =
      'stack.defer(async () => { console.log("ready"); await sleep(1_000); console.log("closed"); });';
    expect(await run(work, "SIGINT")).toEqual({ code: 130, lines: ["closed"] });
  });

  test("a signal that arrives twice, from the terminal and from npm, counts once", async () => {
    const work =
      'stack.defer(async () => { console.log("ready"); await sleep(200); console.log("closed"); });' + WAIT;
    expect(await run(work, "SIGINT", "SIGINT")).toEqual({ code: 130, lines: ["closed"] });
  });

  test("a second signal, a while later, exits at once", async () => {
    const work = `
      stack.defer(async () => { await sleep(1_100); console.log("ready"); await sleep(20_000); });
      ${WAIT}`;
    expect(await run(work, "SIGINT", "SIGTERM")).toEqual({ code: 143, lines: [] });
  });

  test("calls what was registered elsewhere, the last first", async () => {
    const work = `
      onInterrupt(async () => console.log("first"));
      onInterrupt(async () => console.log("second"));
      onInterrupt(async () => console.log("never"))[Symbol.dispose]();
      ${SLOW} ${WAIT}`;
    expect(await run(work, "SIGINT")).toEqual({ code: 130, lines: ["closing", "closed", "second", "first"] });
  });

  test("what goes wrong first is thrown, whatever then goes wrong in disposing", async () => {
    const dispose = 'stack.defer(async () => { throw new Error("second"); });';
    expect(await run(dispose)).toEqual({ code: 1, lines: ["thrown: second"] });
    expect(await run(`${dispose} throw new Error("first");`)).toEqual({ code: 1, lines: ["thrown: first"] });
  });

  test("an error of the work that was interrupted does not hide the signal", async () => {
    const work = `
      const { promise, reject } = Promise.withResolvers();
      stack.defer(async () => reject(new Error("torn down")));
      setTimeout(() => {}, 20_000);
      console.log("ready");
      await promise;`;
    expect(await run(work, "SIGINT")).toEqual({ code: 130, lines: [] });
  });
});
