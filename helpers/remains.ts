import { globSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";

/** What a run could leave on this machine: processes, mounts, network links, and cgroups, by their names. */
export function remains(): string[] {
  return [...processes(), ...mounts(), ...links(), ...cgroups()].sort();
}

/** Programs that a run starts, and that would go on by themselves. */
const PROGRAMS =
  /(dockerd|containerd|containerd-shim\S*|docker-proxy|k3s|kubernetes|pause|whoami|qemu-system-\w+)$/;

function processes(): string[] {
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
  const points = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  return points.filter((point) => /proven-tutorial|netns/.test(point)).map((point) => `mount ${point}`);
}

function links(): string[] {
  return Object.keys(networkInterfaces()).map((name) => `link ${name}`);
}

function cgroups(): string[] {
  return globSync("/sys/fs/cgroup/{*,*/*}/{proven-tutorial*,k3s*,kubepods*}").map((path) => `cgroup ${path}`);
}
