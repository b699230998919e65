import { statSync, utimesSync } from "node:fs";
import { lock } from "proper-lockfile";

/**
 * Takes the lock of `path`, which need not be there. One whose owner has not renewed it for `stale` milliseconds is taken
 * over: its owner was killed, or the machine slept.
 * @returns what gives it back; undefined when another process has it
 * @throws what the file system says where no lock can be made at all
 */
export async function tryLock(path: string, stale: number): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lock(path, {
      realpath: false,
      stale,
      update: stale / 4,
      // Whoever lost it while the machine slept goes on: what is made under a lock is renamed into place.
      onCompromised: () => undefined,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    mendTime(`${path}.lock`, stale);
    return undefined;
  }
}

/** Locks whose time is still to come, with that time and when it was seen first, by a clock that nobody sets. */
const early = new Map<string, { readonly mtimeMs: number; readonly seen: number }>();

/**
 * The clock was set back since the owner last renewed its lock: one that was killed would seem alive until the clock is there
 * again. One that lives renews it, and is left alone.
 */
function mendTime(lockFolder: string, stale: number): void {
  const now = Date.now();
  try {
    const { mtimeMs } = statSync(lockFolder);
    if (mtimeMs <= now + stale) return void early.delete(lockFolder);
    const before = early.get(lockFolder);
    if (before?.mtimeMs !== mtimeMs) early.set(lockFolder, { mtimeMs, seen: performance.now() });
    else if (performance.now() - before.seen > stale) utimesSync(lockFolder, now / 1000, now / 1000);
  } catch {
    // It was given back meanwhile.
  }
}
