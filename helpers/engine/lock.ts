import { setTimeout as sleep } from "node:timers/promises";
import { tryLock } from "../lock.ts";
import { Problem } from "../problem.ts";

/** After this long without a sign of life a lock's owner is taken for dead. */
const STALE_MS = 5_000;
/** How long another run may take to start or stop the engine: on a slow machine that is its own time-outs together. */
const PATIENCE_MS = 150_000;
const RETRY_MS = 50;

/** Runs `work` while no other run of this user starts, joins or leaves what is kept in `folder`. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  // A laptop that slept: the work goes on, and whoever took the lock meanwhile finds an engine that answers.
  const release = await waitForLock(folder);
  try {
    return await work();
  } finally {
    await release().catch(() => {});
  }
}

async function waitForLock(folder: string): Promise<() => Promise<void>> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const release = await tryLock(folder, STALE_MS);
    if (release) return release;
    await sleep(RETRY_MS);
  }
  throw new Problem(
    `another run has been starting or stopping the private engine for more than ${PATIENCE_MS / 1000} s`,
    `wait for it or end it; if there is none, remove ${folder}.lock`,
  );
}
