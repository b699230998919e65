import { setTimeout as sleep } from "node:timers/promises";
import type Dockerode from "dockerode";
import { answerBefore, NoAnswerError } from "../wait.ts";

/** How an engine is watched, in milliseconds. */
const WATCH = {
  /** How long until it is asked again, and how long that question may take. */
  ask: 10_000,
  /** For how long it may give no answer at all: a busy one takes seconds, and so does one on a laptop that slept. */
  silent: 180_000,
};

/**
 * Watches an engine until the signal: many of its answers are waited for without any limit, by libraries too, and one that
 * hangs would be waited for for ever. One that is gone tells so itself.
 * @throws {Error} when it has hung for too long
 */
export async function untilSilent(
  docker: Pick<Dockerode, "ping">,
  over: AbortSignal,
  { ask, silent } = WATCH,
): Promise<void> {
  let answered = performance.now();
  while (!over.aborted) {
    const hangs = await answerBefore(docker.ping(), performance.now() + ask).then(
      () => false,
      (error: unknown) => error instanceof NoAnswerError,
    );
    if (!hangs) answered = performance.now();
    const silence = performance.now() - answered;
    if (silence > silent) throw new Error(`no answer for ${Math.round(silence / 1000)} s`);
    await sleep(ask, undefined, { signal: over }).catch(() => {});
  }
}
