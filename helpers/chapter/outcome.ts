import { Problem } from "../problem.ts";

/** What became of a claim. */
export type Outcome = "holds" | "refuted" | "not asked" | "not observable" | "error";

/** Whether a claim was judged. */
export function isVerdict(outcome: Outcome | undefined): outcome is "holds" | "refuted" {
  return outcome === "holds" || outcome === "refuted";
}

/** Whether an outcome is not what its chapter expects. What could rightly not be asked or looked at is no surprise. */
export function isUnexpected({
  outcome,
  expected,
}: {
  readonly outcome: Outcome;
  readonly expected?: Outcome | undefined;
}): boolean {
  if (outcome === "not asked" || outcome === "not observable") return false;
  return expected !== undefined && outcome !== expected;
}

/** Thrown by an observation that this cluster does not allow: the claim is then "not observable", never passed. */
export class NotObservable extends Error {
  override readonly name = "NotObservable";
}

/** What a claim's observation and judgement gave. */
export interface Judgement<T> {
  readonly outcome: Outcome;
  readonly seen?: T;
  /** Why there is no verdict, or what went wrong. */
  readonly reason?: string;
  readonly cause?: unknown;
}

/**
 * Observes first, then lets a pure function judge. What can't be observed is neither holding nor refuted, and
 * a throw is an error, never a refutation.
 */
export async function judge<T>(
  observe: () => Promise<T>,
  holds: (seen: T) => boolean,
): Promise<Judgement<T>> {
  let seen: T;
  try {
    seen = await observe();
  } catch (error) {
    const outcome = error instanceof NotObservable ? "not observable" : "error";
    return { outcome, reason: messageOf(error), cause: error };
  }
  try {
    const verdict = holds(seen);
    // A judgement that forgot to return would otherwise count as a refutation.
    if (typeof verdict !== "boolean") {
      return { outcome: "error", seen, reason: `the judgement gave ${String(verdict)}, not true or false` };
    }
    return { outcome: verdict ? "holds" : "refuted", seen };
  } catch (error) {
    return { outcome: "error", seen, reason: `the judgement failed: ${messageOf(error)}`, cause: error };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof Problem) return [error.message, ...error.details].join("\n");
  return error instanceof Error ? error.message : String(error);
}
