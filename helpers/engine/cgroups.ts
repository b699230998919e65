import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, type ProcessId } from "./processes.ts";

const CGROUP_ROOT = "/sys/fs/cgroup";
/** The kernel may need a moment until a cgroup whose last process has just died can be removed. */
const REMOVAL_TIMEOUT_MS = 2_000;

/**
 * Removes the cgroup `path` and all below it, in every hierarchy of this machine. A cgroup that still holds a process
 * stays, and so do its parents.
 * @returns the folders that are still there
 */
export async function removeCgroups(path: string): Promise<string[]> {
  const deadline = performance.now() + REMOVAL_TIMEOUT_MS;
  for (;;) {
    const left = foldersOf(path).filter((folder) => !removeTree(folder));
    if (left.length === 0 || performance.now() > deadline || processesIn(path).length > 0) return left;
    await sleep(20);
  }
}

/** Every process in the cgroup `path` or below it, in any hierarchy. */
export function processesIn(path: string): ProcessId[] {
  const pids = new Set(foldersOf(path).flatMap(pidsBelow));
  return [...pids].flatMap((pid) => identify(pid) ?? []);
}

/** The mount points of all hierarchies: one with cgroup v2; one a controller, and maybe a `unified` one, with v1. */
function hierarchies(): string[] {
  if (existsSync(join(CGROUP_ROOT, "cgroup.controllers"))) return [CGROUP_ROOT];
  return foldersIn(CGROUP_ROOT).map((name) => join(CGROUP_ROOT, name));
}

function foldersOf(path: string): string[] {
  return hierarchies()
    .map((hierarchy) => join(hierarchy, path))
    .filter((folder) => existsSync(folder));
}

function removeTree(folder: string): boolean {
  for (const name of foldersIn(folder)) removeTree(join(folder, name));
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}

function pidsBelow(folder: string): number[] {
  const below = foldersIn(folder).flatMap((name) => pidsBelow(join(folder, name)));
  try {
    const own = readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
    return [...own, ...below];
  } catch {
    return below;
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}
