import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./paths.ts";
import { isDead, type Run } from "./run.ts";

/**
 * A private folder for what a run needs while it lives, among others of its kind in the user's cache; those of runs that
 * were killed are removed. Whoever makes one removes it.
 */
export function runFolder(kind: string, run: Run): string {
  const home = cacheFolder(kind);
  for (const name of readdirSync(home)) {
    const [id = "", machine = "", pid = "", startTime = ""] = name.split("-");
    if (isDead({ id, machine, pid: Number(pid), startTime })) {
      rmSync(join(home, name), { recursive: true, force: true });
    }
  }
  return mkdtempSync(join(home, `${run.id}-${run.machine}-${run.pid}-${run.startTime}-`));
}
