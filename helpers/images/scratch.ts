import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { findProcesses, signalGroup } from "../engine/processes.ts";
import { onInterrupt } from "../engine/signals.ts";
import { isDead, type Run, thisRun } from "../run.ts";

const PREFIX = "tmp";

/** A folder for unfinished work inside `cache`, removed with all that is in it when disposed of. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/** Makes a {@link Scratch} folder. */
export function scratch(cache: string): Scratch {
  const { machine, pid, startTime } = thisRun();
  const path = join(cache, [PREFIX, machine, pid, startTime, randomBytes(4).toString("hex")].join("-"));
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 5 });
  const interrupt = onInterrupt(remove);
  return {
    path,
    async [Symbol.asyncDispose]() {
      interrupt[Symbol.dispose]();
      await remove();
    },
  };
}

/**
 * Removes the scratch folders of runs that were killed, or of others, and ends the compilers that still work in one of
 * them.
 */
export function removeAbandoned(cache: string, isCondemned: (run: Run) => boolean = isDead): void {
  for (const name of namesIn(cache)) {
    const [prefix, machine = "", pid = "", startTime = ""] = name.split("-");
    if (prefix !== PREFIX || !isCondemned({ id: "", machine, pid: Number(pid), startTime })) continue;
    const path = join(cache, name);
    for (const process of findProcesses((command) => command.some((word) => word.includes(path)))) {
      signalGroup(process, "SIGKILL");
    }
    // What is ending may still write a file.
    rmSync(path, { recursive: true, force: true, maxRetries: 10 });
  }
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
