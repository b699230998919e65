import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { processStartTime } from "../run.ts";

/** A process that stays the same one even when its number is used again. */
export interface ProcessId {
  readonly pid: number;
  readonly startTime: string;
}

/** The process that has this number now, or undefined when there is none. */
export function identify(pid: number): ProcessId | undefined {
  const startTime = processStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether that very process still runs. */
export function isRunning({ pid, startTime }: ProcessId): boolean {
  return processStartTime(pid) === startTime;
}

/** Processes of this machine whose command line satisfies `matches`. Linux only; empty elsewhere. */
export function findProcesses(matches: (command: readonly string[]) => boolean): ProcessId[] {
  return processNumbers()
    .filter((pid) => pid !== process.pid && matches(commandOf(pid)))
    .flatMap((pid) => identify(pid) ?? []);
}

/** Sends a signal; a process that is gone already is no error. */
export function signal({ pid, startTime }: ProcessId, name: NodeJS.Signals): void {
  if (!isRunning({ pid, startTime })) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Sends a signal to a process and, if it leads a process group, to that. */
export function signalGroup(leader: ProcessId, name: NodeJS.Signals): void {
  if (!isRunning(leader)) return;
  try {
    process.kill(-leader.pid, name);
  } catch {
    // It leads none.
    signal(leader, name);
  }
}

/** Waits until all of them are gone; false when one is still there after `milliseconds`. */
export async function waitUntilGone(processes: readonly ProcessId[], milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (processes.some(isRunning)) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

function processNumbers(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
