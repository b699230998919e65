const MINUTE_MS = 60_000;

/** The part of every minute in which what the clock has begun may become visible, in milliseconds. */
const LIVELY_MS = 20_000;

/** Milliseconds between two looks in that part. */
const INTERVAL_MS = 500;

/**
 * When somebody who waits for a CronJob should look again, in milliseconds from `now` (milliseconds since 1970): often
 * after a full minute, and for the rest of it not at all, because a schedule begins nothing between two minutes.
 */
export function untilNextLook(now: number): number {
  const past = now % MINUTE_MS;
  return past < LIVELY_MS ? INTERVAL_MS : MINUTE_MS - past;
}
