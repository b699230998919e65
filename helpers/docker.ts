import { type CommandTemplate, type TemplateValue, templateArguments } from "./command-line.ts";
import type { Transcript } from "./evidence/transcript.ts";
import { CommandError, type ExecResult, type NodeExec, type Output, runShown } from "./kubectl.ts";

/** The engine's command line as a template, and the same for when a failure is what the reader is to see. */
export interface Docker extends CommandTemplate<Output> {
  /** Does not throw when the engine or its command line refuses: the refusal is then the observation. */
  readonly orRefusal: CommandTemplate<Output>;
}

/**
 * The engine's command line, which runs the very command that the reader is shown: `docker`, or `podman` where that is
 * the engine. The exit code of a command *inside* a container, by `exec` or `run`, is an observation; a failure of the
 * engine itself throws.
 */
export function createDocker(program: string, exec: NodeExec, transcript: Transcript): Docker {
  const run = async (args: string[], mayFail: boolean) => {
    const output = await runShown([program, ...args], "engine", exec, transcript);
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

/**
 * Whether the exit code is that of the command inside the container. 125 is the engine's own, 126 and 127 say that there
 * was no such command to run (https://docs.docker.com/reference/cli/docker/container/run/#exit-status); `docker exec`
 * ends with 1 for an error of the engine, and says so.
 */
function isInnerExit([subcommand = ""]: readonly string[], { stderr, exitCode }: ExecResult): boolean {
  if (exitCode >= 125 && exitCode <= 127) return false;
  if (/^Error(?: response from daemon|: No such container)/m.test(stderr)) return false;
  return subcommand === "exec" || subcommand === "run";
}
