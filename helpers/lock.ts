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

/** The clock was set back since its owner last renewed it: an owner that was killed would seem alive until then. */
function mendTime(lockFolder: string, stale: number): void {
  const now = Date.now();
  try {
    if (statSync(lockFolder).mtimeMs > now + stale) utimesSync(lockFolder, now / 1000, now / 1000);
  } catch {
    // It was given back meanwhile.
  }
}
