import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Prefix of every label that we put on containers, networks, volumes and images. */
export const LABEL = "proven-tutorial";

/** Who owns what a run leaves in an engine: enough to tell later whether that run is still alive. */
export interface Run {
  readonly id: string;
  /** The machine the run's process lives on: an engine may be shared by several. */
  readonly machine: string;
  readonly pid: number;
  /** Start time of the process in clock ticks since boot, so that a reused pid is not taken for the run. */
  readonly startTime: string;
}

/** In place of its start time, of a process of another user that we may not look at. */
const HIDDEN = "hidden";

/** This process as the owner of a run. */
export function thisRun(): Run {
  return {
    id: randomBytes(4).toString("hex"),
    machine: thisMachine(),
    pid: process.pid,
    startTime: processStartTime(process.pid) ?? "unknown",
  };
}

/** The labels that mark something as belonging to `run`. */
export function runLabels(run: Run): Record<string, string> {
  return {
    [`${LABEL}.run`]: run.id,
    [`${LABEL}.machine`]: run.machine,
    [`${LABEL}.pid`]: String(run.pid),
    [`${LABEL}.start-time`]: run.startTime,
  };
}

/** The run that owns something with these labels, or undefined when it is not ours. */
export function runOfLabels(labels: Readonly<Record<string, string>>): Run | undefined {
  const id = labels[`${LABEL}.run`];
  const machine = labels[`${LABEL}.machine`];
  const pid = Number(labels[`${LABEL}.pid`]);
  const startTime = labels[`${LABEL}.start-time`];
  if (!id || !machine || !Number.isInteger(pid) || pid <= 0 || !startTime) return undefined;
  return { id, machine, pid, startTime };
}

/** Whether the process behind a run is gone. A run of another machine is never called dead: we can't look there. */
export function isDead(run: Run): boolean {
  if (run.machine !== thisMachine()) return false;
  const now = processStartTime(run.pid);
  return now !== run.startTime && now !== HIDDEN;
}

/**
 * A short, stable name of this machine that gives nothing away about it. Containers count as machines of their own, though
 * two of them may have the host's name and share its engine: neither sees the other's processes.
 */
export function thisMachine(): string {
  const id = [
    hostname(),
    // macOS and minimal containers have none; the host name has to do.
    orNothing(() => readFileSync("/etc/machine-id", "utf8").trim()),
    orNothing(() => readlinkSync("/proc/self/ns/pid")),
  ];
  return createHash("sha256").update(id.join("")).digest("hex").slice(0, 12);
}

function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}

/**
 * Start time of a process (field 22 of /proc/PID/stat on Linux), or undefined when there is no such process.
 * Elsewhere only the process's existence can be told, and so it is where /proc hides others' processes (hidepid).
 */
export function processStartTime(pid: number): string | undefined {
  if (process.platform !== "linux") return exists(pid) ? "alive" : undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command in parentheses may hold spaces: count from the last one. Field 3 (state) comes first after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return fields[19];
  } catch {
    return exists(pid) ? HIDDEN : undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
