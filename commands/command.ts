import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { isInterrupted } from "../helpers/engine/signals.ts";
import { describeError } from "../helpers/problem.ts";
import { asProblem } from "../helpers/system-problem.ts";

/** How long a command that went wrong may take to end by itself, in milliseconds. */
const ENDING_MS = 500;

/** A command line of ours: `--help` tells the options, anything unknown is an error. */
export function commandLine(name: string, description: string): Command {
  return new Command(`npm run ${name} --`)
    .description(description)
    .helpOption("-h, --help", "show this help")
    .showHelpAfterError(`(npm run ${name} -- --help lists the options)`)
    .allowExcessArguments(false)
    .exitOverride();
}

/** The option for the language in which a command tells what it has to tell. */
export function languageOption(): Option {
  return new Option("--lang <language>", "the language of the output").choices(["en", "zh"]).default("en");
}

/** A regular expression for the names of tests, as it was given. @throws {InvalidArgumentError} when it is none */
export function asPattern(text: string): string {
  try {
    new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
  return text;
}

/** A number of times, from an argument or an option. @throws {InvalidArgumentError} when it is none */
export function asCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("Use a whole number above 0.");
  return count;
}

/**
 * Runs a command to its end: one clear error and a non-zero exit code when something goes wrong; `failed` where 1 says
 * something else.
 */
export async function main(run: () => Promise<void>, failed = 1): Promise<void> {
  endWithReader();
  try {
    await run();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode && failed;
    } else {
      process.stderr.write(`${describeError(asProblem(error))}\n`);
      process.exitCode = failed;
      endSoon();
    }
  }
}

/**
 * What was waited for when it went wrong may be waited for still, for minutes: Testcontainers' own waits can't be ended.
 * All that there was to remove has been removed by now.
 */
function endSoon(): void {
  setTimeout(() => process.exit(), ENDING_MS).unref();
}

/**
 * Who reads only the beginning of what is printed, as `head` does, ends the command: one that has something to remove as
 * Ctrl-C would, one that only prints without a word. So does a terminal that was closed, and a disk that is full.
 */
function endWithReader(): void {
  let ended = false;
  const end = ({ code }: NodeJS.ErrnoException) => {
    // Nobody is there any more who could be told of a second error, and what is being removed must not be left half.
    if (ended || isInterrupted()) return;
    ended = true;
    if (process.listenerCount("SIGTERM") > 0) process.kill(process.pid, "SIGTERM");
    else process.exit(code === "EPIPE" ? 0 : 1);
  };
  process.stdout.on("error", end);
  process.stderr.on("error", end);
}
