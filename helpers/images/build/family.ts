import { onInterrupt } from "../../engine/signals.ts";

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
  if (pid !== undefined) running.add(pid);
  if (!process.listeners("exit").includes(killAll)) process.on("exit", killAll);
  return {
    end,
    [Symbol.dispose]() {
      interrupt[Symbol.dispose]();
      if (pid !== undefined) running.delete(pid);
    },
  };
}

/** The process groups that have not ended. */
const running = new Set<number>();

/** When one command's failure ends us, the others may still be tidying up, or not have noticed anything. */
function killAll(): void {
  for (const pid of running) sendToGroup(pid, "SIGKILL");
}

async function endGroup(pid: number | undefined, leaderEnded: Promise<unknown>): Promise<void> {
  if (pid === undefined) return;
  const send = (name: NodeJS.Signals) => sendToGroup(pid, name);
  send("SIGINT");
  const kill = setTimeout(() => send("SIGKILL"), GRACE_MS);
  await leaderEnded;
  clearTimeout(kill);
  send("SIGKILL");
}

function sendToGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // They have ended by themselves.
  }
}
