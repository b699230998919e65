import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { onInterrupt } from "../engine/signals.ts";
import { isDead, thisRun } from "../run.ts";

const PREFIX = "tmp";

/** A folder for unfinished work inside `cache`, removed with all that is in it when disposed of. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/** Makes a {@link Scratch} folder, and removes those that runs left which were killed. */
export function scratch(cache: string): Scratch {
  sweep(cache);
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

function sweep(cache: string): void {
  for (const name of readdirSync(cache)) {
    const [prefix, machine = "", pid = "", startTime = ""] = name.split("-");
    if (prefix !== PREFIX || !isDead({ id: "", machine, pid: Number(pid), startTime })) continue;
    rmSync(join(cache, name), { recursive: true, force: true });
  }
}
