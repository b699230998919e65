const MINUTE_MS = 60_000;

/** The part of every minute in which most of what the clock has begun becomes visible, in milliseconds. */
const LIVELY_MS = 10_000;

/** Milliseconds between two looks in that part, and in the rest of the minute. */
const INTERVAL_MS = 500;
const LONG_INTERVAL_MS = 5_000;

/**
 * When somebody who waits for a CronJob should look again, in milliseconds from `now` (milliseconds since 1970): often
 * after a full minute, and rarely in the rest of it, because a schedule begins nothing between two minutes.
 */
export function untilNextLook(now: number): number {
  const past = now % MINUTE_MS;
  return past < LIVELY_MS ? INTERVAL_MS : Math.min(LONG_INTERVAL_MS, MINUTE_MS - past);
}
