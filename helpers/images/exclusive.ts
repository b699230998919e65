import { setTimeout as sleep } from "node:timers/promises";
import { tryLock } from "../lock.ts";
import type { Progress } from "../progress.ts";

/** A lock whose owner has not renewed it for this long is taken over, in milliseconds. */
const STALE_MS = 10_000;
const ASK_AGAIN_MS = 200;

/**
 * Runs `work` while no other process does anything under the same `path`. A run that has to wait says what for.
 */
export async function exclusively<T>(
  path: string,
  options: { what: string; progress: Progress; signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const release =
    (await tryLock(path, STALE_MS)) ??
    (await options.progress.step(`waiting for another run that is at work on ${options.what}`, () =>
      waitForLock(path, options.signal),
    ));
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}

async function waitForLock(path: string, signal: AbortSignal | undefined): Promise<() => Promise<void>> {
  for (;;) {
    signal?.throwIfAborted();
    const release = await tryLock(path, STALE_MS);
    if (release) return release;
    await sleep(ASK_AGAIN_MS, undefined, { signal });
  }
}
