import { apiStatus } from "../cluster/api.ts";
import { sanitize } from "../evidence/sanitize.ts";
import { Problem } from "../problem.ts";
import { asProblem } from "../system-problem.ts";

/**
 * Why a chapter could not begin, as its reader is to see it: text alone, with the remedy where there is one, and beside
 * the chapter's own line.
 */
export class OpeningError extends Error {
  /** `definedAt` are the lines of the chapter's stack; `diagnosis` is what somebody would look at first. */
  constructor(error: unknown, definedAt: readonly string[], diagnosis: readonly string[] = []) {
    const cause = asProblem(error);
    const details = [...(cause instanceof Problem ? cause.details : []), ...diagnosis];
    super(
      sanitize(
        [
          cause instanceof Error ? cause.message : String(cause),
          ...details.map((line) => `    ${line}`),
          ...(cause instanceof Problem ? [`  → ${cause.remedy}`] : []),
        ].join("\n"),
      ),
    );
    this.name = new.target.name;
    // What nobody foresaw is a mistake of ours: then our own lines tell more.
    const frames = cause instanceof Problem || !(cause instanceof Error) ? definedAt : framesOf(cause);
    this.stack = [`${this.name}: ${this.message}`, ...frames].join("\n");
  }
}

/** The cluster does not answer any more: what goes wrong then tells nothing of the chapter. */
export class ClusterLost extends OpeningError {}

/** Whether an error, as a reporter gets it from another process, is a {@link ClusterLost}. */
export function isClusterLost({ name }: { readonly name?: string }): boolean {
  return name === ClusterLost.name;
}

/** Whether the API server itself has said what is wrong, so that there is nothing more to be seen in the cluster. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Problem && apiStatus(error.cause) !== undefined;
}

function framesOf({ stack = "" }: Error): string[] {
  return stack.split("\n").filter((line) => /^\s+at /.test(line));
}
