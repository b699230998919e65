import { type CommandTemplate, quoteArguments, templateArguments } from "./command-line.ts";
import type { Transcript } from "./evidence/transcript.ts";
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

  constructor(command: string, { stdout, stderr, exitCode }: ExecResult) {
    this.command = command;
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

  constructor(command: string, result: ExecResult) {
    const output = `${result.stdout}\n${result.stderr}`.trim();
    super(`${command} ended with exit code ${result.exitCode}${output ? `:\n${output}` : ""}`);
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
  const run = async (args: string[], mayFail: boolean): Promise<Output> => {
    const command = quoteArguments(["kubectl", ...args]);
    const started = performance.now();
    const result = await exec(["kubectl", ...args]);
    const output = [result.stdout.trimEnd(), result.stderr.trimEnd()].filter(Boolean).join("\n");
    transcript.add({
      command,
      where: "kubectl",
      output,
      exitCode: result.exitCode,
      duration: performance.now() - started,
    });
    if (result.exitCode !== 0 && !mayFail && !isInnerExit(args, result))
      throw new CommandError(command, result);
    return new Output(command, result);
  };
  return Object.assign(
    (strings: TemplateStringsArray, ...values: readonly (string | number)[]) =>
      run(templateArguments(strings, values), false),
    {
      orRefusal: (strings: TemplateStringsArray, ...values: readonly (string | number)[]) =>
        run(templateArguments(strings, values), true),
    },
  );
}

/** Whether the exit code is that of the command inside the container: kubectl says so in words of its own. */
function isInnerExit(args: readonly string[], result: ExecResult): boolean {
  return args[0] === "exec" && /command terminated with (?:non-zero )?exit code/.test(result.stderr);
}
