import { execa } from "execa";
import { handOnInterrupt } from "./engine/signals.ts";

/** What an own command is run with. */
interface OwnCommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it has this process's environment as well; true unless given. */
  readonly extendEnv?: boolean;
  /** Whether an exit code other than 0 is an error; true unless given. */
  readonly reject?: boolean;
}

/**
 * Runs a command of ours to its end, and has it remove its own things when a signal ends this process.
 * @throws {ExecaError} with its output when it fails
 */
export async function ownCommand(program: string, args: readonly string[], options: OwnCommandOptions) {
  const child = execa(program, [...args], {
    ...options,
    all: true,
    stdin: "ignore",
    forceKillAfterDelay: false,
    // Not in the terminal's group: Ctrl-C would reach it once from there and again from here, and a second one ends it at once.
    detached: true,
  });
  using _interruption = handOnInterrupt(child);
  const end = () => void child.kill("SIGINT");
  process.once("exit", end);
  try {
    return await child;
  } finally {
    process.off("exit", end);
  }
}
