import { readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { execa } from "execa";
import { killProcessesIn, removeCgroups } from "./cgroups.ts";
import type { PrivateFolders } from "./private-folders.ts";
import { tearDownNetwork } from "./private-network.ts";
import { findProcesses, type ProcessId, signal, waitUntilGone } from "./processes.ts";

const KILL_TIMEOUT_MS = 5_000;

/**
 * Removes what a private engine leaves on the host, however it ended: its processes and those of its containers,
 * sockets, mounts, bridges, rules and cgroups. Its data stays.
 */
export async function removeRemains(folders: PrivateFolders): Promise<void> {
  const engine = processesOf(folders);
  for (const process of engine) signal(process, "SIGKILL");
  await waitUntilGone([...engine, ...killProcessesIn(folders.cgroup)], KILL_TIMEOUT_MS);
  removeShimSockets(folders);
  await unmountBelow([folders.runtime, folders.data]);
  await removeCgroups(folders.cgroup);
  rmSync(folders.state, { force: true });
  rmSync(folders.runtime, { recursive: true, force: true });
  await tearDownNetwork(folders.id);
}

/** Unmounts everything below the folders, in this process's view. */
export async function unmountBelow(folders: readonly string[]): Promise<void> {
  const points = mountPoints(readFileSync("/proc/self/mountinfo", "utf8"))
    .filter((point) => folders.some((folder) => point === folder || point.startsWith(`${folder}/`)))
    .reverse();
  // Lazily: whoever still has a file open must not keep us from cleaning up.
  for (const point of points) await execa("umount", ["--lazy", point], { reject: false });
}

/** The mount points in the text of `/proc/PID/mountinfo`, in the order in which they were mounted. */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo
    .split("\n")
    .flatMap((line) => line.split(" ")[4] ?? [])
    .map(unescapeOctal);
}

/** The kernel writes a blank in a path as `\040`, and likewise tabs, line breaks and backslashes. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** dockerd, its containerd and their shims name one of our paths. */
function processesOf(folders: PrivateFolders): ProcessId[] {
  return findProcesses(
    ([program = "", ...words]) =>
      /^(dockerd|unshare|containerd.*)$/.test(basename(program)) &&
      words.some((word) => word === folders.config || word.startsWith(`${folders.execRoot}/`)),
  );
}

/** A shim that was killed leaves its socket behind, in a folder shared by all of the host's. */
function removeShimSockets(folders: PrivateFolders): void {
  const tasks = join(folders.execRoot, "containerd/daemon/io.containerd.runtime.v2.task/moby");
  for (const id of listed(tasks)) {
    const address = contents(join(tasks, id, "address"));
    if (address.startsWith("unix:///run/containerd/s/"))
      rmSync(address.slice("unix://".length), { force: true });
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function contents(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}
