import {
  type CommandTemplate,
  quoteArguments,
  type TemplateValue,
  templateArguments,
} from "./command-line.ts";
import type { Step, Transcript } from "./evidence/transcript.ts";
import { parseTable, type Row } from "./table.ts";

/** What a process printed, and how it ended. */
export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs a command on the node. */
export type NodeExec = (args: readonly string[]) => Promise<ExecResult>;

/** What a command printed, with ways to read it. */
export class Output implements ExecResult {
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** How long the command took, in seconds. */
  readonly seconds: number;

  constructor(command: string, { stdout, stderr, exitCode }: ExecResult, seconds: number) {
    this.command = command;
    this.seconds = seconds;
    this.stdout = stdout;
    this.stderr = stderr;
    this.exitCode = exitCode;
  }

  /** Standard output without the space at its end. */
  get text(): string {
    return this.stdout.trimEnd();
  }

  get lines(): string[] {
    return this.text === "" ? [] : this.text.split("\n");
  }

  /** The rows of the table that was printed. */
  get rows(): Row[] {
    return parseTable(this.stdout);
  }

  /** The row whose NAME is `name`, or an empty one: no such object is something that a claim can be judged by. */
  row(name: string): Row {
    return this.rows.find((row) => row.NAME === name) ?? {};
  }

  /** What a claim's record keeps. */
  toJSON(): unknown {
    return {
      exitCode: this.exitCode,
      stdout: this.text,
      ...(this.stderr.trim() && { stderr: this.stderr.trim() }),
    };
  }
}

/** A command that failed where its success was needed: command first, then how it ended, then what it printed. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;

  constructor(command: string, result: ExecResult) {
    const output = `${result.stdout}\n${result.stderr}`.trim();
    super(`${command} ended with exit code ${result.exitCode}${output ? `:\n${output}` : ""}`);
    this.exitCode = result.exitCode;
  }
}

/** kubectl as a template, and the same for when a failure is what the reader is to see. */
export interface Kubectl extends CommandTemplate<Output> {
  /** Does not throw when kubectl itself fails: the API's refusal is then the observation. */
  readonly orRefusal: CommandTemplate<Output>;
}

/**
 * kubectl that runs the very command which the reader is shown. The exit code of a command that was run *inside* a
 * container by `kubectl exec` is an observation; a failure of kubectl itself throws.
 */
export function createKubectl(exec: NodeExec, transcript: Transcript): Kubectl {
  const run = async (args: string[], mayFail: boolean) => {
    const output = await runShown(["kubectl", ...args], "kubectl", exec, transcript);
    if (output.exitCode !== 0 && !mayFail && !isInnerExit(args, output)) {
      throw new CommandError(output.command, output);
    }
    return output;
  };
  return Object.assign(
    (strings: TemplateStringsArray, ...values: readonly TemplateValue[]) =>
      run(templateArguments(strings, values), false),
    {
      orRefusal: (strings: TemplateStringsArray, ...values: readonly TemplateValue[]) =>
        run(templateArguments(strings, values), true),
    },
  );
}

/** A command on the node itself, or on the engine's host, shown like kubectl's. It throws when it fails. */
export function createNodeCommand(
  exec: NodeExec,
  transcript: Transcript,
  where: "node" | "host" = "node",
): CommandTemplate<Output> {
  return async (strings, ...values) => {
    const output = await runShown(templateArguments(strings, values), where, exec, transcript);
    if (output.exitCode !== 0) throw new CommandError(output.command, output);
    return output;
  };
}

/** Runs a command and puts it, with what it printed, into the transcript: the same words that ran. */
export async function runShown(
  args: readonly string[],
  where: Step["where"],
  exec: NodeExec,
  transcript: Transcript,
): Promise<Output> {
  const command = quoteArguments(args);
  const started = performance.now();
  const result = await exec(args).catch((error: unknown) => {
    const output = error instanceof Error ? error.message : String(error);
    transcript.add({ command, where, output, exitCode: -1, duration: performance.now() - started });
    throw error;
  });
  const duration = performance.now() - started;
  const output = [result.stdout.trimEnd(), result.stderr.trimEnd()].filter(Boolean).join("\n");
  transcript.add({ command, where, output, exitCode: result.exitCode, duration });
  return new Output(command, result, duration / 1000);
}

/**
 * Whether the exit code is that of the command inside the container: kubectl says so in words of its own. 126 and 127
 * say that there was no such command to run, which tells nothing about a claim.
 */
function isInnerExit(args: readonly string[], { stderr, exitCode }: ExecResult): boolean {
  if (exitCode === 126 || exitCode === 127) return false;
  return args[0] === "exec" && /command terminated with (?:non-zero )?exit code/.test(stderr);
}
