import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds between two looks, unless told otherwise. */
const INTERVAL_MS = 50;

/** What a wait needs to know, and what it says when it gives up. */
export interface Wait<T> {
  /** What is waited for, as the end of the sentence "waited 30 s for …". */
  readonly what: string;
  readonly look: () => Promise<T>;
  readonly until: (seen: T) => boolean;
  /** The state last seen, for the error; JSON by default. */
  readonly describe?: (seen: T) => string;
  /** Whether there is no use in looking again after this error; never by default. */
  readonly isFinal?: (error: unknown) => boolean;
  /** Milliseconds; 30 s by default. */
  readonly timeout?: number;
  /** Milliseconds between two looks; 50 by default. */
  readonly interval?: number | Interval;
  /** Waits for the next look in place of the clock: for so many milliseconds, or until there is something to be seen. */
  readonly pause?: (interval: number) => Promise<void>;
}

/** Gives the milliseconds until the next look, from those waited so far and those that the last look took. */
export type Interval = (waited: number, looking: number) => number;

/**
 * Who waits for long need not look so often: milliseconds until the next look, between these bounds. Where a look takes
 * long the machine is busy, and who looks all the time keeps it from what is waited for: a look takes a third of the time
 * at most.
 */
export function lessAndLess(least: number, most: number): Interval {
  return (waited, looking) => Math.max(2 * looking, Math.min(most, Math.max(least, waited / 5)));
}

/** A condition that did not come true in time: says what it was and what was seen last. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/**
 * Looks until a condition holds and gives what was seen then. A look that throws is tried again, unless its error is final.
 * @throws {TimeoutError} naming what was waited for and the last state seen
 */
export async function waitFor<T>(wait: Wait<T>): Promise<T> {
  const timeout = wait.timeout ?? 30_000;
  const started = performance.now();
  const deadline = started + timeout;
  let last: string | undefined;
  let trouble: string | undefined;
  let cause: unknown;
  do {
    const looked = performance.now();
    try {
      const seen = await answerBefore(wait.look(), deadline);
      if (wait.until(seen)) return seen;
      last = wait.describe?.(seen) ?? JSON.stringify(seen);
      trouble = undefined;
      cause = undefined;
    } catch (error) {
      if (wait.isFinal?.(error)) throw error;
      trouble = error instanceof Error ? error.message : String(error);
      cause = error;
    }
    const now = performance.now();
    const left = deadline - now;
    // A timer may end a fraction of a millisecond early.
    if (left < 1) break;
    const { interval = INTERVAL_MS, pause = (ms: number) => delay(Math.min(ms, left)) } = wait;
    await pause(typeof interval === "function" ? interval(now - started, now - looked) : interval);
  } while (performance.now() < deadline);
  const seen = [last, trouble].filter((part) => part !== undefined).join("; then: ");
  throw new TimeoutError(`waited ${timeout / 1000} s for ${wait.what}; last seen: ${seen}`, {
    cause,
  });
}

/** Something that was asked and did not answer in time. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  override readonly message = "no answer";
}

/**
 * A look at something that went away may never answer at all: gives up at that time (of `performance.now()`).
 * @throws {NoAnswerError} then
 */
export async function answerBefore<T>(look: Promise<T>, deadline: number): Promise<T> {
  const over = new AbortController();
  const limit = delay(Math.max(0, deadline - performance.now()), undefined, { signal: over.signal }).then(
    () => {
      throw new NoAnswerError();
    },
  );
  try {
    return await Promise.race([look, limit]);
  } finally {
    over.abort();
    limit.catch(() => {});
  }
}
