import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { Problem } from "../../problem.ts";

const GIB = 2 ** 30;

/** Says so before a build begins, when the disk of `folder` has less than `needed` bytes free. */
export async function requireSpace(folder: string, needed: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(firstExisting(folder));
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new Problem(
    `the disk of ${folder} has ${gib(free)} free and building ${what} needs about ${gib(needed)}`,
    `free ${gib(needed - free)} there, or put the cache on another disk (XDG_CACHE_HOME, GOCACHE, GOMODCACHE)`,
  );
}

function firstExisting(folder: string): string {
  const parent = dirname(folder);
  return existsSync(folder) || parent === folder ? folder : firstExisting(parent);
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
