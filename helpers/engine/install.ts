import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import { thisPlatform } from "./platform.ts";
import { installRemedy, startRemedy } from "./remedies.ts";
import { isInterrupted, onInterrupt } from "./signals.ts";

/** Programs that the private engine needs, and the packages of Debian and Ubuntu that have them. */
const PACKAGES: Readonly<Record<string, string>> = {
  dockerd: "docker.io",
  "iptables-restore": "iptables",
  ip: "iproute2",
};
/**
 * Its command line, which one chapter shows: with docker.io on Debian 12 and Ubuntu, a package of its own since Debian 13
 * (https://packages.debian.org/trixie/docker-cli).
 */
const COMMAND_LINE = { program: "docker", package: "docker-cli" };
/** Where system programs are even when the user's PATH leaves them out. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];
const DETAILS = 12;
/** How long another apt is waited for: two runs at once, or the system's own updates. */
const LOCKED_MS = 120_000;
const ASK_AGAIN_MS = 1_000;

/** Path of a program, looked for in `path` and in the system's own folders. */
export function findProgram(name: string, path = process.env.PATH ?? ""): string | undefined {
  return systemPath(path)
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** `path` and the system's own folders after it. */
export function systemPath(path = process.env.PATH ?? ""): string {
  return [...path.split(delimiter).filter(Boolean), ...SYSTEM_FOLDERS].join(delimiter);
}

/**
 * Sees to it that a private engine can be started here: on Debian and Ubuntu missing packages are installed, unless
 * ENGINE_INSTALL=never.
 * @returns whether something was installed
 * @throws {Problem} when that is not possible, with what to do on this platform
 */
export async function ensureInstalled(progress: Progress, env = process.env): Promise<boolean> {
  const platform = thisPlatform();
  const missing = Object.keys(PACKAGES).filter((program) => !findProgram(program, env.PATH));
  const packages = missing.flatMap((program) => PACKAGES[program] ?? []);
  if (process.platform !== "linux") throw new Problem("no container engine answers", installRemedy(platform));
  if (process.getuid?.() !== 0) {
    throw missing.includes("dockerd")
      ? new Problem("no container engine answers, and none is installed", installRemedy(platform))
      : new Problem(
          "no container engine answers; dockerd is installed, but only root can start it",
          startRemedy(platform),
        );
  }
  if (packages.length === 0) return false;
  if (platform !== "debian") {
    throw new Problem(
      `no container engine answers, and ${listed(missing)} cannot be found`,
      installRemedy(platform),
    );
  }
  if (!mayInstall(env)) {
    throw new Problem(
      `no container engine answers, and ENGINE_INSTALL=never forbids installing ${listed(packages)}`,
      `run apt-get install ${packages.join(" ")}, unset ENGINE_INSTALL, or set DOCKER_HOST to an engine that runs`,
    );
  }
  progress.note(
    `No container engine found: installing ${listed(packages)} from the distribution (ENGINE_INSTALL=never forbids it)`,
  );
  await progress.step(`Installing ${listed(packages)}`, async () => {
    await installPackages(packages, progress);
    if (packages.includes("docker.io")) await installCommandLine(progress, env);
  });
  const absent = missing.filter((program) => !findProgram(program, env.PATH));
  if (absent.length === 0) return true;
  throw new Problem(
    `${listed(packages)} are installed, but ${listed(absent)} cannot be found`,
    `apt-get install --reinstall ${packages.join(" ")}`,
  );
}

/**
 * Whether packages may be installed, as ENGINE_INSTALL says.
 * @throws {Problem} when it has a value that means nothing
 */
export function mayInstall({ ENGINE_INSTALL: value }: NodeJS.ProcessEnv): boolean {
  if (!value) return true;
  if (value === "never") return false;
  throw new Problem(
    `ENGINE_INSTALL=${value} means nothing`,
    "set it to never, which forbids installing, or unset it",
  );
}

/** Without it nothing but its chapter goes missing, which says so: where it can't be had, that is no error here. */
async function installCommandLine(progress: Progress, env: NodeJS.ProcessEnv): Promise<void> {
  if (findProgram(COMMAND_LINE.program, env.PATH)) return;
  progress.note(`${COMMAND_LINE.package} is a separate package here: installing it as well`);
  try {
    await installPackages([COMMAND_LINE.package], progress);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    progress.note(`${error.message}: the chapter that shows docker commands will not be observable`);
  }
}

/** Installs packages with apt, and has a signal that comes meanwhile wait for that. */
export async function installPackages(packages: readonly string[], progress: Progress): Promise<void> {
  const installing = install(packages);
  using _waiting = onInterrupt(async () => {
    progress.note("Waiting for apt, which must not be interrupted");
    await installing;
  });
  await installing;
}

async function install(packages: readonly string[]): Promise<void> {
  // The lists that are here may do; if not, they are fetched. A third party's source that fails is none of our business.
  if ((await aptGet("install", ...packages)).failed) await aptGet("update");
  else return;
  const { failed, all } = await aptGet("install", ...packages);
  if (!failed) return;
  throw new Problem(
    `${listed(packages)} could not be installed`,
    `see what apt says, repair it (apt-get update, network, disk space) and run apt-get install ${packages.join(" ")}`,
    { details: all.trim().split("\n").slice(-DETAILS) },
  );
}

/** Again and again while another apt is at work: of its locks DPkg::Lock::Timeout only waits for dpkg's. */
async function aptGet(...words: readonly string[]) {
  const deadline = performance.now() + LOCKED_MS;
  for (;;) {
    const ended = await runAptGet(words);
    const isLocked = ended.failed && /Could not get lock/.test(ended.all);
    if (!isLocked || isInterrupted() || performance.now() > deadline) return ended;
    await sleep(ASK_AGAIN_MS);
  }
}

async function runAptGet(words: readonly string[]) {
  return await execa(
    "apt-get",
    ["--yes", "--no-install-recommends", "-o", `DPkg::Lock::Timeout=${LOCKED_MS / 1000}`, ...words],
    {
      env: {
        PATH: systemPath(),
        LC_ALL: "C.UTF-8",
        LANGUAGE: "",
        DEBIAN_FRONTEND: "noninteractive",
        NEEDRESTART_MODE: "a",
      },
      all: true,
      reject: false,
      stdin: "ignore",
      // Ctrl-C, which reaches a whole process group, must not end dpkg in the middle of a package.
      detached: true,
    },
  );
}

/** `a, b and c` */
function listed(names: readonly string[]): string {
  return new Intl.ListFormat("en-GB").format(names);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
