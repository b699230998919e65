import { lock } from "proper-lockfile";
import { Problem } from "../problem.ts";

/** After this long without a sign of life a lock's owner is taken for dead. */
const STALE_MS = 5_000;
/** How long another run may take to start or stop the engine: on a slow machine that is its own time-outs together. */
const PATIENCE_MS = 150_000;
const RETRY_MS = 50;

/** Runs `work` while no other run of this user starts, joins or leaves what is kept in `folder`. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const release = await lock(folder, {
    realpath: false,
    stale: STALE_MS,
    update: STALE_MS / 4,
    retries: { retries: PATIENCE_MS / RETRY_MS, factor: 1, minTimeout: RETRY_MS, maxTimeout: RETRY_MS },
    // A laptop that slept: the work goes on, and whoever took the lock meanwhile finds an engine that answers.
    onCompromised: () => {},
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ELOCKED") throw error;
    throw new Problem(
      `another run has been starting or stopping the private engine for more than ${PATIENCE_MS / 1000} s`,
      `wait for it or end it; if there is none, remove ${folder}.lock`,
      { cause: error },
    );
  });
  try {
    return await work();
  } finally {
    await release().catch(() => {});
  }
}
