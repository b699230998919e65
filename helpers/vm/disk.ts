import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { runCommand } from "../images/build/child.ts";
import { exclusively } from "../images/exclusive.ts";
import { removeAbandoned, scratch } from "../images/scratch.ts";
import { cacheFolder, PROJECT_ROOT } from "../paths.ts";
import type { Progress } from "../progress.ts";

/** Debian 12: its kernel, and its Docker. */
const SUITE = "bookworm";
const PACKAGES = [
  ...["linux-image-cloud-amd64", "initramfs-tools", "kmod", "mount", "procps"],
  ...["docker.io", "iptables", "iproute2", "ca-certificates"],
];

/** How large the disk may grow: for images, and for what nodes unpack of them. */
const DISK_SIZE = "24G";

/** The machine's first process. */
const INIT = join(PROJECT_ROOT, "fixtures", "vm", "init");

/** What a machine boots from. */
export interface MachineFiles {
  readonly kernel: string;
  readonly initrd: string;
  /** A file system with Docker in it. A machine must not write to it, but to a copy. */
  readonly disk: string;
}

/**
 * Has a kernel and a disk ready that are made of Debian packages: built once, and kept in the user's cache.
 * @throws {Problem} when that fails, with the last words of what failed
 */
export async function provideMachineFiles(progress: Progress, signal: AbortSignal): Promise<MachineFiles> {
  const recipe = [SUITE, DISK_SIZE, ...PACKAGES, readFileSync(INIT, "utf8")];
  const key = createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 16);
  const folder = join(cacheFolder("vm"), key);
  const files = {
    kernel: join(folder, "vmlinuz"),
    initrd: join(folder, "initrd"),
    disk: join(folder, "disk.img"),
  };
  await exclusively(folder, { what: "a disk for a virtual machine", progress, signal }, async () => {
    // Also where another run has built the disk since: nobody else would look there.
    removeAbandoned(dirname(folder));
    if (Object.values(files).every((file) => existsSync(file))) return;
    // Of a removal that was cut short.
    rmSync(folder, { recursive: true, force: true });
    await progress.step("Building a disk for a virtual machine from Debian packages", (update) =>
      build(folder, update, signal),
    );
  });
  return files;
}

async function build(folder: string, update: (detail: string) => void, signal: AbortSignal): Promise<void> {
  await using unfinished = scratch(dirname(folder));
  const work = unfinished.path;
  const run = (program: string, ...args: string[]) =>
    runCommand(program, args, {
      doing: "building a disk for a virtual machine",
      cwd: work,
      signal,
      onLine: (line) => update(line.replace(/^[A-Z]: /, "")),
    });
  // By its whole path: a build that was killed is found by its command line.
  const root = join(work, "root");
  await run("mmdebstrap", "--variant=minbase", `--include=${PACKAGES.join(",")}`, SUITE, root);
  update("writing the disk");
  copyFileSync(INIT, join(root, "sbin", "init"));
  const made = join(work, "made");
  mkdirSync(made);
  const boot = readdirSync(join(root, "boot"));
  for (const [name, prefix] of [
    ["vmlinuz", "vmlinuz-"],
    ["initrd", "initrd.img-"],
  ] as const) {
    const file = boot.find((entry) => entry.startsWith(prefix));
    if (!file) throw new Error(`no package has brought /boot/${prefix}*`);
    copyFileSync(join(root, "boot", file), join(made, name));
  }
  const disk = join(made, "disk.img");
  await run("truncate", "--size", DISK_SIZE, disk);
  await run("mke2fs", "-q", "-F", "-t", "ext4", "-d", root, disk);
  renameSync(made, folder);
}
