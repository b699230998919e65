import { existsSync, globSync, readFileSync } from "node:fs";
import type Dockerode from "dockerode";

/** What is in use in the engine and on this machine: what would grow if runs left something behind. */
export interface Resources {
  readonly containers: number;
  readonly networks: number;
  readonly volumes: number;
  /** Of the whole machine; none of these where there is no /proc. */
  readonly cgroups?: number;
  readonly fileHandles?: number;
  readonly processes?: number;
  /** Memory that is in use and could not be given to somebody else, in MiB. */
  readonly memory?: number;
}

/** Counts them all. */
export async function countResources(docker: Dockerode): Promise<Resources> {
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listNetworks(),
    docker.listVolumes(),
  ]);
  return {
    containers: containers.length,
    networks: networks.length,
    volumes: volumes.Volumes?.length ?? 0,
    ...(existsSync("/proc/meminfo") && countHere()),
  };
}

function countHere() {
  return {
    cgroups: countCgroups(),
    fileHandles: Number(readFileSync("/proc/sys/fs/file-nr", "utf8").split("\t")[0]),
    processes: globSync("/proc/[0-9]*").length,
    memory: memoryInUse(),
  };
}

/** Those that can be seen. /proc/cgroups counts removed ones too, until the kernel has given back their page cache. */
function countCgroups(): number {
  // Not readdir's own recursion, which fails where one goes away meanwhile.
  const entries = globSync("/sys/fs/cgroup/**", { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).length;
}

function memoryInUse(): number {
  const text = readFileSync("/proc/meminfo", "utf8");
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? NaN);
  return Math.round((kib("MemTotal") - kib("MemAvailable")) / 1024);
}

const LABELS: Record<keyof Resources, string> = {
  containers: "containers",
  networks: "networks",
  volumes: "volumes",
  cgroups: "cgroups",
  fileHandles: "file handles",
  processes: "processes",
  memory: "memory in use (MiB)",
};

/** The names of resources with what was counted before and after, for a table. */
export function resourceRows(before: Resources, after: Resources): string[][] {
  return (Object.keys(LABELS) as (keyof Resources)[])
    .filter((name) => before[name] !== undefined)
    .map((name) => [LABELS[name], String(before[name]), String(after[name])]);
}
