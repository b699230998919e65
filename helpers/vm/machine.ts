import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import Dockerode from "dockerode";
import { execa } from "execa";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import type { Run } from "../run.ts";
import { runFolder } from "../run-folder.ts";
import { waitFor } from "../wait.ts";
import type { MachineFiles } from "./disk.ts";

/** The link between this machine (first address) and the virtual one (second): a network of two, from the link-local block. */
const HERE = "169.254.77.1";
const THERE = "169.254.77.2";
const TAP = "proven-vm";
const DOCKER_PORT = 2375;

const MEMORY_MIB = 6 * 1024;
/** Emulated on a busy machine, booting takes minutes. */
const BOOT_MS = 600_000;
const LAST_LINES = 15;

/**
 * Boots a virtual machine, waits until its container engine answers, and gives the value of DOCKER_HOST for it. Needs
 * root: for a network link of its own, on which every port that the engine publishes can be reached. What has to be
 * undone is put on `stack` before it is done.
 * @throws {Problem} with the machine's last lines when it does not come up
 */
export async function startMachine(
  files: MachineFiles,
  run: Run,
  progress: Progress,
  stack: AsyncDisposableStack,
): Promise<string> {
  if (totalmem() < MEMORY_MIB * 1024 ** 2 * 1.2) {
    throw new Problem(
      `the virtual machine needs ${MEMORY_MIB / 1024} GiB of memory, and this machine has too little`,
      "Run it on a larger machine.",
    );
  }
  const accelerated = canAccelerate();
  const folder = runFolder("vm-runs", run);
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  // What the machine writes goes into a file of its own.
  const overlay = join(folder, "overlay.qcow2");
  await execa("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", files.disk, overlay]);
  await link(stack);
  const log = join(folder, "console.log");
  const ended = boot(stack, files, { overlay, log, accelerated });
  const how = accelerated ? "" : " (emulated: this takes minutes)";
  await progress.step(`Booting a virtual machine with cgroup v2${how}`, () => untilDockerAnswers(log, ended));
  return `tcp://${THERE}:${DOCKER_PORT}`;
}

/** Makes the link between the two machines. */
async function link(stack: AsyncDisposableStack): Promise<void> {
  if (isUp(TAP)) {
    throw new Problem("another virtual machine of ours is running", "Wait until it has ended.");
  }
  // One that a killed run left would be in the way.
  await removeLink();
  await execa("ip", ["tuntap", "add", "dev", TAP, "mode", "tap"]);
  stack.defer(removeLink);
  await execa("ip", ["address", "add", `${HERE}/30`, "dev", TAP]);
  await execa("ip", ["link", "set", TAP, "up"]);
}

/** Removes the link between the two machines, if there is one. */
export async function removeLink(): Promise<void> {
  await execa("ip", ["link", "delete", TAP], { reject: false });
}

/** Whether a machine is at the other end of a link. */
function isUp(device: string): boolean {
  try {
    return readFileSync(`/sys/class/net/${device}/carrier`, "utf8").trim() === "1";
  } catch {
    return false;
  }
}

/** Starts the machine; tells when it has ended. */
function boot(
  stack: AsyncDisposableStack,
  { kernel, initrd }: MachineFiles,
  { overlay, log, accelerated }: { overlay: string; log: string; accelerated: boolean },
): () => boolean {
  const output = openSync(log, "w");
  const child = spawn(
    "setpriv",
    [
      // It must not outlive us, however we end.
      ...["--pdeathsig=KILL", "qemu-system-x86_64"],
      ...(accelerated ? ["-accel", "kvm", "-cpu", "host"] : ["-accel", "tcg,thread=multi", "-cpu", "max"]),
      ...["-smp", String(Math.min(4, availableParallelism())), "-m", `${MEMORY_MIB}M`],
      ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio"],
      ...["-kernel", kernel, "-initrd", initrd],
      ...["-append", `root=/dev/vda rw console=ttyS0 panic=-1 vm.address=${THERE}`],
      ...["-drive", `file=${overlay},format=qcow2,if=virtio,cache=unsafe`],
      ...["-netdev", `tap,id=link,ifname=${TAP},script=no,downscript=no`],
      ...["-device", "virtio-net-pci,netdev=link,romfile="],
      ...["-object", "rng-random,id=random,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=random"],
    ],
    // Ctrl-C reaches a whole process group: the machine is to end after what runs in it.
    { stdio: ["ignore", output, output], detached: true },
  );
  closeSync(output);
  let ended = false;
  const exited = once(child, "exit").then(() => (ended = true));
  exited.catch(() => (ended = true));
  stack.defer(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return () => ended;
}

async function untilDockerAnswers(log: string, ended: () => boolean): Promise<void> {
  const docker = new Dockerode({ protocol: "http", host: THERE, port: DOCKER_PORT, timeout: 5_000 });
  try {
    await waitFor({
      what: "the container engine of the virtual machine to answer",
      look: async () => ended() || (await docker.ping().then(() => true)),
      until: (answered) => answered,
      interval: 500,
      timeout: BOOT_MS,
    });
    if (ended()) throw new Error("the virtual machine has ended");
  } catch (cause) {
    throw new Problem(`the virtual machine does not come up: ${(cause as Error).message}`, REMEDY, {
      cause,
      details: readFileSync(log, "utf8").split(/\r?\n/).filter(Boolean).slice(-LAST_LINES),
    });
  }
}

const REMEDY = "See its last lines above. npm run clean has its disk built anew.";

/** Whether the processor can run a virtual machine: /dev/kvm may be there where it cannot. */
function canAccelerate(): boolean {
  try {
    closeSync(openSync("/dev/kvm", "r+"));
    return /\b(vmx|svm)\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}
