import { constants } from "node:os";
import { sanitize } from "../evidence/sanitize.ts";

/** Ctrl-C reaches us twice, from the terminal and from npm, which hands on what it got: that is one wish, not two. */
const SAME_SIGNAL_MS = 1_000;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What has to be undone when a signal ends the process, in the order in which it was registered. */
const cleanups = new Set<() => Promise<unknown>>();

let interrupted = false;

/** Whether a signal is ending this process, which is removing what it made. */
export function isInterrupted(): boolean {
  return interrupted;
}

/** Has `cleanup` called when a signal ends the process inside {@link withCleanup}; until it is disposed. */
export function onInterrupt(cleanup: () => Promise<unknown>): Disposable {
  cleanups.add(cleanup);
  return { [Symbol.dispose]: () => void cleanups.delete(cleanup) };
}

/**
 * Hands a signal that ends this process on to a command of ours as Ctrl-C, and waits until that has removed its own things;
 * until it is disposed.
 */
export function handOnInterrupt(
  child: Promise<unknown> & { kill(signal: NodeJS.Signals): boolean },
): Disposable {
  return onInterrupt(async () => {
    child.kill("SIGINT");
    // How it ended is told to whoever waits for it.
    await child.catch(() => {});
  });
}

/**
 * Runs `work` with a stack for whatever it opens, and disposes of the stack at the end: also when Ctrl-C, SIGTERM or
 * SIGHUP comes, after which the process exits with 128 + the signal's number. A second signal exits at once.
 * @throws what `work` throws; what goes wrong in disposing is then only told
 */
export async function withCleanup<T>(work: (stack: AsyncDisposableStack) => Promise<T>): Promise<T> {
  const stack = new AsyncDisposableStack();
  let disposal: Promise<void> | undefined;
  // A stack that is being disposed of says at once that it is: a signal meanwhile has to wait for the same disposal.
  const dispose = () => {
    disposal ??= stack.disposeAsync();
    return disposal;
  };
  using interruption = disposeOnSignal({ [Symbol.asyncDispose]: dispose });
  try {
    const result = await work(stack);
    await dispose();
    return result;
  } catch (error) {
    // The first trouble is the one to be mended: with an engine that died, say, nothing can be removed from it.
    await dispose().catch((second: unknown) => second === error || tell(second));
    throw error;
  } finally {
    await interruption.ended();
  }
}

/** Handlers of SIGINT, SIGTERM and SIGHUP; disposing of them restores what was before. */
export interface Interruption extends Disposable {
  /** Resolves at once if no signal came; never otherwise, since the process is about to exit. */
  ended(): Promise<void>;
}

/** Disposes of `target`, and of what {@link onInterrupt} named, when a signal ends the process. */
export function disposeOnSignal(target: AsyncDisposable): Interruption {
  let ending: number | undefined;
  const end = (name: (typeof SIGNALS)[number]) => {
    const code = 128 + constants.signals[name];
    if (ending !== undefined && performance.now() - ending < SAME_SIGNAL_MS) return;
    if (ending !== undefined) process.exit(code);
    ending = performance.now();
    interrupted = true;
    void disposeAll(target).finally(() => process.exit(code));
  };
  for (const name of SIGNALS) process.on(name, end);
  return {
    ended: () => (ending === undefined ? Promise.resolve() : new Promise(() => {})),
    [Symbol.dispose]() {
      if (ending === undefined) for (const name of SIGNALS) process.off(name, end);
    },
  };
}

async function disposeAll(target: AsyncDisposable): Promise<void> {
  const steps = [() => target[Symbol.asyncDispose](), ...[...cleanups].reverse()];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      tell(error);
    }
  }
}

function tell(error: unknown): void {
  process.stderr.write(`${sanitize(error instanceof Error ? error.message : String(error))}\n`);
}
