import { sanitize } from "./evidence/sanitize.ts";
import { type Live, live as terminal } from "./live.ts";

/** How often a long step says that it is still at work, in milliseconds. */
const HEARTBEAT_MS = 10_000;
/** A step shorter than this is not mentioned at all, in milliseconds. */
const QUIET_MS = 1_000;

/** Tells somebody who waits what is being done. Steps may run side by side. */
export interface Progress {
  /** One line that is always shown. */
  note(line: string): void;
  /** Runs `work`, saying when it takes long, how long it took, and what it last reported with `update`. */
  step<T>(title: string, work: (update: (detail: string) => void) => Promise<T>): Promise<T>;
}

/** Progress as lines on `write`; on a terminal what is being done is told live, in a log every now and then. */
export function lineProgress(
  write: (line: string) => void = (line) => terminal.print(`${sanitize(line)}\n`),
  live: Live = terminal,
): Progress {
  let steps = 0;
  return {
    note: write,
    async step(title, work) {
      const key = `step ${(steps += 1)}`;
      const started = performance.now();
      const elapsed = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
      let detail = "";
      let shown = live.enabled;
      live.begin(key, () => sanitize(detail ? `${title}: ${detail}` : title));
      const announce = setTimeout(() => {
        if (shown) return;
        shown = true;
        write(`… ${title}`);
      }, QUIET_MS);
      const heartbeat = setInterval(() => {
        if (!live.enabled) write(`… ${title}: ${detail ? `${detail}, ` : ""}${elapsed()} so far`);
      }, HEARTBEAT_MS);
      try {
        const result = await work((next) => {
          detail = next;
        });
        live.end(key);
        if (shown && performance.now() - started > QUIET_MS) write(`✓ ${title} (${elapsed()})`);
        return result;
      } catch (error) {
        live.end(key);
        // A step that nobody has heard of is told by its error alone.
        if (shown) write(`✗ ${title} (after ${elapsed()})`);
        throw error;
      } finally {
        clearTimeout(announce);
        clearInterval(heartbeat);
      }
    },
  };
}
