import { sanitize } from "./evidence/sanitize.ts";

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

/** Progress as lines on `write`: the same on a terminal and in a log. */
export function lineProgress(
  write: (line: string) => void = (line) => process.stderr.write(`${sanitize(line)}\n`),
): Progress {
  return {
    note: write,
    async step(title, work) {
      const started = performance.now();
      const elapsed = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
      let detail = "";
      let shown = false;
      const announce = setTimeout(() => {
        shown = true;
        write(`… ${title}`);
      }, QUIET_MS);
      const heartbeat = setInterval(
        () => write(`… ${title}: ${detail ? `${detail}, ` : ""}${elapsed()} so far`),
        HEARTBEAT_MS,
      );
      try {
        const result = await work((next) => {
          detail = next;
        });
        if (shown) write(`✓ ${title} (${elapsed()})`);
        return result;
      } catch (error) {
        write(`✗ ${title} (after ${elapsed()})`);
        throw error;
      } finally {
        clearTimeout(announce);
        clearInterval(heartbeat);
      }
    },
  };
}
