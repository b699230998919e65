import type { TimelineRecord } from "../timeline.ts";
import { sanitize } from "./sanitize.ts";

/** How much of an output is shown where only a look at it is wanted. */
const BRIEF_LINES = 12;
const BRIEF_WIDTH = 200;

/** A longer line is shown without its middle: an API's error may quote a whole object, and say what is wrong after it. */
const LINE_WIDTH = 600;
const SHOWN_OF_BEGINNING = 240;
const SHOWN_OF_END = 160;

/** One thing that a claim did and saw: a command with what it printed, or something read from the cluster. */
export interface Step {
  /** The command as a reader would type it, or a sentence that says what was read. */
  readonly command: string;
  /** Where it ran: with the reader's kubectl or his engine's command line, on the node itself, or on the engine's host. */
  readonly where: "kubectl" | "engine" | "node" | "host" | "api";
  readonly output: string;
  readonly exitCode: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** What stands before a command, by where it runs. */
export const PROMPTS: Readonly<Record<Step["where"], string>> = {
  kubectl: "$ ",
  engine: "$ ",
  node: "node# ",
  host: "host# ",
  api: "",
};

/** Keeps the steps of one claim, sanitised the moment they arrive. */
export class Transcript {
  readonly steps: Step[] = [];
  readonly timelines: TimelineRecord[] = [];
  /** How long the claim only waited for the clock to strike, in milliseconds. */
  waitedForClock = 0;

  add(step: Step): void {
    this.insert(this.steps.length, step);
  }

  /** Adds a step before the one at `index`. */
  insert(index: number, step: Step): void {
    const output = sanitize(step.output).trimEnd();
    this.steps.splice(index, 0, { ...step, command: sanitize(step.command), output });
  }

  /** Forgets all steps but the first `count`: of a look that was repeated only the last one is worth reading. */
  keep(count: number): void {
    this.steps.splice(count);
  }
}

/**
 * Steps as a reader sees them in a terminal: `$` before what he could type, `node#` before what ran on the node, `host#`
 * before what takes root on the engine's host.
 */
export function formatSteps(
  steps: readonly Step[],
  exitCode = (code: number) => `(exit code ${code})`,
): string[] {
  return steps.flatMap((step) => {
    const prompt = PROMPTS[step.where];
    const lines = step.output === "" ? [] : step.output.split("\n").map(withoutMiddle);
    const exit = step.exitCode === 0 ? [] : [exitCode(step.exitCode)];
    // A script may have several lines.
    return [...`${prompt}${step.command}`.split("\n"), ...lines, ...exit];
  });
}

/** {@link formatSteps} for the eye: of each output only the first lines, and of each line only its beginning. */
export function formatStepsBriefly(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    const [command = "", ...output] = formatSteps([step]);
    const left = output.length - BRIEF_LINES;
    const shown = output.slice(0, BRIEF_LINES).map((line) => shorten(line));
    return [command, ...shown, ...(left > 0 ? [`… ${left} more lines`] : [])];
  });
}

function withoutMiddle(line: string): string {
  const left = line.length - SHOWN_OF_BEGINNING - SHOWN_OF_END;
  if (line.length <= LINE_WIDTH) return line;
  return `${line.slice(0, SHOWN_OF_BEGINNING)} … (${left} more signs) … ${line.slice(-SHOWN_OF_END)}`;
}

function shorten(line: string): string {
  return line.length <= BRIEF_WIDTH ? line : `${line.slice(0, BRIEF_WIDTH)}…`;
}
