import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../problem.ts";
import { identify, type ProcessId, signal } from "./processes.ts";

const CGROUP_ROOT = "/sys/fs/cgroup";
/** The kernel may need a moment until a cgroup whose last process has just died can be removed. */
const REMOVAL_TIMEOUT_MS = 2_000;
/** How often controllers are shared out anew because a process has begun meanwhile. */
const SHARE_ATTEMPTS = 20;
/** The file that has the processes of a cgroup stand still, and what lets them go on: with cgroup v1, and with v2. */
export const FREEZERS = {
  1: { file: "freezer.state", frozen: "FROZEN", thawed: "THAWED" },
  2: { file: "cgroup.freeze", frozen: "1", thawed: "0" },
} as const;

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

/**
 * Lets cgroups below the top one have controllers. With cgroup v2 a cgroup can't both hold processes and share its
 * controllers out; the kernel's own top one is exempt, that of a container isn't. So there the processes move into a
 * cgroup of their own, as they do in Docker's own image of an engine.
 * @throws {Problem} when that is not possible
 */
export function makeRoomForCgroups(root = CGROUP_ROOT): void {
  if (!isInTheWay(root)) return;
  const rest = join(root, "init");
  try {
    mkdirSync(rest, { recursive: true });
    for (let attempt = 1; !shareOut(root, rest); attempt++) {
      if (attempt === SHARE_ATTEMPTS) throw new Error("processes stay in it");
    }
  } catch (cause) {
    throw new Problem(
      "a private container engine can't limit its containers here: this is a container whose cgroups can't be divided",
      "run the outer container with --privileged, or point DOCKER_HOST to an engine that runs",
      { cause },
    );
  }
}

/** False when a process has begun in `root` between its others' leaving and the sharing out. */
function shareOut(root: string, rest: string): boolean {
  for (const pid of words(join(root, "cgroup.procs"))) move(pid, rest);
  const controllers = words(join(root, "cgroup.controllers")).map((name) => `+${name}`);
  try {
    writeFileSync(join(root, "cgroup.subtree_control"), controllers.join(" "));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    return false;
  }
}

/** Whether `root` is a container's cgroup v2 with processes in it that keep it from sharing out its controllers. */
function isInTheWay(root: string): boolean {
  return (
    // The kernel's own top cgroup has no type.
    existsSync(join(root, "cgroup.type")) &&
    words(join(root, "cgroup.controllers")).includes("memory") &&
    !words(join(root, "cgroup.subtree_control")).includes("memory") &&
    words(join(root, "cgroup.procs")).length > 0
  );
}

function move(pid: string, folder: string): void {
  try {
    writeFileSync(join(folder, "cgroup.procs"), pid);
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Every process in the cgroup `path` or below it, in any hierarchy. */
export function processesIn(path: string): ProcessId[] {
  const pids = new Set(foldersOf(path).flatMap(pidsBelow));
  return [...pids].flatMap((pid) => identify(pid) ?? []);
}

/**
 * Kills every process in the cgroup `path` and below it, also those that stand still there: with cgroup v1 nothing that
 * is frozen can end.
 * @returns the processes, which may need a moment to end
 */
export function killProcessesIn(path: string): ProcessId[] {
  const processes = processesIn(path);
  for (const process of processes) signal(process, "SIGKILL");
  for (const folder of foldersOf(path)) thaw(folder);
  return processes;
}

function thaw(folder: string): void {
  for (const name of foldersIn(folder)) thaw(join(folder, name));
  for (const { file, thawed } of Object.values(FREEZERS)) {
    if (!existsSync(join(folder, file))) continue;
    try {
      writeFileSync(join(folder, file), thawed);
    } catch (error) {
      // It has been removed meanwhile.
      if (!["ENOENT", "ENODEV"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  }
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

/** The processes in a cgroup and below it, by its folder. */
export function pidsBelow(folder: string): number[] {
  const below = foldersIn(folder).flatMap((name) => pidsBelow(join(folder, name)));
  // Of a process that this PID namespace does not have, cgroup v2 tells 0: to kill() that means our own process group.
  const own = words(join(folder, "cgroup.procs"))
    .map(Number)
    .filter((pid) => pid > 0);
  return [...own, ...below];
}

function words(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split(/\s+/).filter(Boolean);
  } catch {
    return [];
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
