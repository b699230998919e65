import { onInterrupt } from "../../engine/signals.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** How long an interrupted command may take to tidy up after itself, in milliseconds. */
const GRACE_MS = 5_000;

/** A command with all the processes that it started, in a process group of its own. */
export interface Family extends Disposable {
  /** Ends them: politely first, so that the command removes its temporary files. */
  end(): Promise<void>;
}

/** Watches over a command that leads the process group `pid`: it ends with us, however we are ended. */
export function watchFamily(pid: number | undefined, leaderEnded: Promise<unknown>): Family {
  let ending: Promise<void> | undefined;
  const end = () => {
    ending ??= endGroup(pid, leaderEnded);
    return ending;
  };
  const interrupt = onInterrupt(end);
  running.add(end);
  watchSignals();
  return {
    end,
    [Symbol.dispose]() {
      interrupt[Symbol.dispose]();
      running.delete(end);
      if (running.size === 0 && !passingOn) unwatchSignals();
    },
  };
}

const running = new Set<() => Promise<void>>();
let passingOn = false;

/** Signals that nobody handles would end us alone: the terminal's Ctrl-C doesn't reach other process groups. */
function watchSignals(): void {
  for (const name of SIGNALS) if (process.listenerCount(name) === 0) process.on(name, passOn);
}

function unwatchSignals(): void {
  for (const name of SIGNALS) process.off(name, passOn);
}

function passOn(name: NodeJS.Signals): void {
  passingOn = true;
  void Promise.all([...running].map((end) => end())).finally(() => {
    unwatchSignals();
    process.kill(process.pid, name);
  });
}

async function endGroup(pid: number | undefined, leaderEnded: Promise<unknown>): Promise<void> {
  if (pid === undefined) return;
  const send = (name: NodeJS.Signals) => {
    try {
      process.kill(-pid, name);
    } catch {
      // They have ended by themselves.
    }
  };
  send("SIGINT");
  const kill = setTimeout(() => send("SIGKILL"), GRACE_MS);
  await leaderEnded;
  clearTimeout(kill);
  send("SIGKILL");
}
