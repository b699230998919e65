import { setTimeout as delay } from "node:timers/promises";
import { answerBefore } from "../wait.ts";

/** How often a cluster is asked whether it answers, in milliseconds. */
const INTERVAL_MS = 2_000;

/** After so long another question is tried: the first may have been lost. Milliseconds. */
const ANSWER_MS = 10_000;

/**
 * Asks a cluster again and again whether it answers, and knows for how long it did not: a node that stood still, on a
 * laptop that slept say, has told nothing about claims of that time.
 */
export class Heartbeat implements Disposable {
  readonly #over = new AbortController();
  readonly #interval: number;
  #silences: { readonly from: number; readonly to: number }[] = [];
  #answered = performance.now();

  /** @param ask whatever the cluster answers at once */
  constructor(ask: () => Promise<unknown>, interval = INTERVAL_MS) {
    this.#interval = interval;
    void this.#beat(ask);
  }

  /** The longest time without an answer, of which some was after `start` (of `performance.now()`); milliseconds. */
  longestSilence(start: number): number {
    const now = { from: this.#answered, to: performance.now() };
    const since = [...this.#silences, now].filter(({ to }) => to > start);
    return Math.max(...since.map(({ from, to }) => to - from));
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  async #beat(ask: () => Promise<unknown>): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      try {
        await answerBefore(ask(), performance.now() + ANSWER_MS);
        const now = performance.now();
        this.#silences.push({ from: this.#answered, to: now });
        this.#answered = now;
      } catch {
        // No answer, for this time.
      }
      // Nobody waits for the next one.
      await delay(this.#interval, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}
