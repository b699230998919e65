import { sanitize } from "./evidence/sanitize.ts";

/**
 * Something that went wrong outside of our own code and that somebody can mend: told as one cause and one remedy.
 * Commands print it without a stack.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly remedy: string;
  /** The last lines of whatever failed (a build, a daemon), for the reader who wants to know more. */
  readonly details: readonly string[];

  constructor(
    message: string,
    remedy: string,
    options: { cause?: unknown; details?: readonly string[] } = {},
  ) {
    super(message, { cause: options.cause });
    this.remedy = remedy;
    this.details = options.details ?? [];
  }
}

/** One clear text for any error: cause, details, remedy for a {@link Problem}; message and stack otherwise. */
export function describeError(error: unknown): string {
  return sanitize(textOf(error));
}

function textOf(error: unknown): string {
  if (error instanceof Problem) {
    const details = error.details.map((line) => `    ${line}`);
    return [`✗ ${error.message}`, ...details, `  → ${error.remedy}`].join("\n");
  }
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}
