import { existsSync, globSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { cacheRoot } from "./paths.ts";

/**
 * What a run could leave on this machine: processes, mounts, network links, cgroups, and unfinished work in the cache, by
 * their names.
 */
export function remains(): string[] {
  return [...processes(), ...mounts(), ...links(), ...cgroups(), ...folders()].sort();
}

/** Programs that a run starts, and that would go on by themselves. */
const PROGRAMS =
  /(dockerd|containerd|containerd-shim\S*|docker-proxy|k3s|kubernetes|pause|whoami|qemu-system-\w+)$/;

function processes(): string[] {
  if (!existsSync("/proc")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const program = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
        return PROGRAMS.test(program) ? [`process ${program}`] : [];
      } catch {
        // It has ended meanwhile, or belongs to the kernel.
        return [];
      }
    });
}

function mounts(): string[] {
  if (!existsSync("/proc/self/mounts")) return [];
  const points = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  return points.filter((point) => /proven-tutorial|netns/.test(point)).map((point) => `mount ${point}`);
}

function links(): string[] {
  return Object.keys(networkInterfaces()).map((name) => `link ${name}`);
}

function cgroups(): string[] {
  // At the top with cgroup v2, below each hierarchy with v1.
  return globSync("/sys/fs/cgroup/{,*/,*/*/}{proven-tutorial*,k3s*,kubepods*}").map(
    (path) => `cgroup ${path}`,
  );
}

/** The folders of an engine that runs, of runs that use it or a cluster, and of images that are being made. */
function folders(): string[] {
  const places = [
    ...globSync("/run/proven-tutorial-*"),
    ...["engine/users", "existing"].flatMap((part) => globSync(join(cacheRoot(), part, "*"))),
    ...globSync(join(cacheRoot(), "images", "tmp-*")),
  ];
  return places.map((path) => `folder ${path}`);
}
