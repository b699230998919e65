import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT_ROOT } from "../../helpers/paths.ts";
import { waitFor } from "../../helpers/wait.ts";

/** What a run needs of a checkout. */
const PARTS = ["chapters", "commands", "fixtures", "helpers", "package.json", "vitest.config.ts"];

/** A copy of the checkout, in which a test can change files. */
export interface Checkout extends Disposable {
  readonly folder: string;
  /** Starts one of its commands in a process group of its own, as a terminal would. */
  start(command: string, args: readonly string[], env?: Record<string, string>): Started;
  /** Runs one of its commands, `article` say, as in a CI; gives what it printed and how it ended. */
  run(
    command: string,
    args: readonly string[],
    env?: Record<string, string>,
  ): Promise<{ readonly output: string; readonly exitCode: number | undefined }>;
}

/** A command that runs. */
export interface Started {
  /** What it has printed so far. */
  output(): string;
  /** Waits until it has printed this. @throws {Error} with all that it printed when it ends before */
  prints(pattern: RegExp): Promise<void>;
  /** Sends a signal to it and to all that it started, as Ctrl-C does. */
  signal(name: NodeJS.Signals): void;
  /** How it ended: an exit code, or the name of a signal. */
  readonly end: Promise<number | NodeJS.Signals | undefined>;
}

/** The name has a space and a letter that is not ASCII, as users' folders do. */
export function copyCheckout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), "a checkout é "));
  for (const part of PARTS) cpSync(join(PROJECT_ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules"));
  const options = (env: Record<string, string>) => ({
    cwd: folder,
    all: true as const,
    reject: false as const,
    env: { CI: "true", ...env },
  });
  return {
    folder,
    async run(command, args, env = {}) {
      const { all, exitCode } = await execa("node", [`commands/${command}.ts`, ...args], options(env));
      return { output: all, exitCode };
    },
    start(command, args, env = {}) {
      const child = execa("node", [`commands/${command}.ts`, ...args], { ...options(env), detached: true });
      let printed = "";
      child.all.on("data", (chunk: Buffer) => (printed += chunk.toString()));
      const end = child.then(({ exitCode, signal }) => exitCode ?? signal);
      return {
        output: () => printed,
        prints: async (pattern) => {
          const seen = waitFor({
            what: String(pattern),
            look: () => Promise.resolve(printed),
            until: (text) => pattern.test(text),
            interval: 50,
            timeout: 120_000,
          });
          const ended = end.then((how) => {
            if (!pattern.test(printed)) throw new Error(`it ended with ${how}:\n${printed}`);
          });
          await Promise.race([seen, ended]);
        },
        signal: (name) => process.kill(-(child.pid ?? NaN), name),
        end,
      };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
