import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT_ROOT } from "../../helpers/paths.ts";
import { waitFor } from "../../helpers/wait.ts";

/** What a run needs of a checkout. */
const PARTS = ["chapters", "commands", "fixtures", "helpers", "package.json", "vitest.config.ts"];

/** Names the checkout in the environment of all that its commands start, so that it is known again. */
const MARK = "PROVEN_TUTORIAL_CHECKOUT";

/** Variables of the environment; those that are undefined are taken out of it. */
type Environment = Readonly<Record<string, string | undefined>>;

/** A copy of the checkout, in which a test can change files. */
export interface Checkout extends Disposable {
  readonly folder: string;
  /** Starts one of its commands in a process group of its own, as a terminal would. */
  start(command: string, args: readonly string[], env?: Environment): Started;
  /**
   * Runs one of its commands, `article` say, as in a CI; gives what it printed and how it ended. `under` is a program
   * with its arguments that runs it in turn.
   */
  run(command: string, args: readonly string[], env?: Environment, under?: readonly string[]): Promise<Ended>;
  /** The command lines of all that its commands started and that has not ended. */
  running(): string[];
  /** Kills what {@link start} has started and what has not ended: after a test that failed. */
  stop(): void;
}

/** A command that has ended. */
export interface Ended {
  readonly output: string;
  readonly exitCode: number | undefined;
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
  const mark = `${MARK}=${folder}`;
  /** Process groups that have not ended. */
  const groups = new Set<number>();
  const options = (env: Environment) => ({
    cwd: folder,
    all: true as const,
    reject: false as const,
    env: { CI: "true", [MARK]: folder, ...env },
  });
  return {
    folder,
    async run(command, args, env = {}, under = []) {
      const [program = "", ...words] = [...under, "node", `commands/${command}.ts`, ...args];
      const { all, exitCode } = await execa(program, words, options(env));
      return { output: all, exitCode };
    },
    running: () => processesMarked(mark),
    stop() {
      for (const group of groups) process.kill(-group, "SIGKILL");
    },
    start(command, args, env = {}) {
      const child = execa("node", [`commands/${command}.ts`, ...args], { ...options(env), detached: true });
      let printed = "";
      child.all.on("data", (chunk: Buffer) => (printed += chunk.toString()));
      const group = child.pid ?? NaN;
      groups.add(group);
      const end = child.then(({ exitCode, signal }) => {
        groups.delete(group);
        return exitCode ?? signal;
      });
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
        signal: (name) => process.kill(-group, name),
        end,
      };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The command lines of this machine's processes that have `mark` in their environment. */
function processesMarked(mark: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const environment = contents(`/proc/${pid}/environ`).split("\0");
      return environment.includes(mark)
        ? [contents(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim()]
        : [];
    });
}

function contents(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process has ended meanwhile.
    return "";
  }
}
