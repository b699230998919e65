import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { execa } from "execa";
import { findProgram, installPackages, mayInstall } from "../../engine/install.ts";
import { thisPlatform } from "../../engine/platform.ts";
import { Problem } from "../../problem.ts";
import type { Context } from "../context.ts";
import { exclusively } from "../exclusive.ts";

/** Files that a program needs and doesn't bring. */
interface Companion {
  readonly what: string;
  isThere(program: string): boolean | Promise<boolean>;
}

/** A program that a build needs, and the packages of Debian and Ubuntu that bring it. */
export interface HostProgram {
  readonly program: string;
  readonly packages: readonly string[];
  /** What it is of no use without, though it is a file of another package. */
  readonly companion?: Companion;
}

/** Keys of Debian's archive, where their package has them. */
const KEYRINGS = ["gpg", "pgp"].map((end) => `/usr/share/keyrings/debian-archive-keyring.${end}`);

/** Lays out Debian packages; the keyring is what their signatures are checked with. */
export const MMDEBSTRAP: HostProgram = {
  program: "mmdebstrap",
  packages: ["mmdebstrap", "debian-archive-keyring"],
  companion: {
    what: "the keys of Debian's archive",
    isThere: () => KEYRINGS.some((file) => existsSync(file)),
  },
};
/** What a C program is linked with. */
const STATIC_C_LIBRARY: Companion = {
  what: "its static C library",
  async isThere(program) {
    // The compiler knows where: it names the whole path of what it finds, and else the name alone.
    const { stdout } = await execa(program, ["-print-file-name=libc.a"], { reject: false, stdin: "ignore" });
    return isAbsolute(stdout.trim());
  },
};
/** Compiles the one program that is in C, statically. */
export const GCC: HostProgram = {
  program: "gcc",
  packages: ["gcc", "libc6-dev"],
  companion: STATIC_C_LIBRARY,
};
/** Fetches the pinned Go. */
export const PIP: HostProgram = { program: "pip3", packages: ["python3-pip"] };

/** The C compiler for an architecture that isn't the machine's own. */
export function crossGcc(architecture: "amd64" | "arm64"): HostProgram {
  const [cpu, name] = architecture === "arm64" ? ["aarch64", "arm64"] : ["x86_64", "amd64"];
  return {
    program: `${cpu}-linux-gnu-gcc`,
    packages: [`gcc-${cpu.replace("_", "-")}-linux-gnu`, `libc6-dev-${name}-cross`],
    companion: STATIC_C_LIBRARY,
  };
}

/** Sees to it that `programs` are installed: on Debian and Ubuntu as root they are, unless ENGINE_INSTALL=never. */
export async function requirePrograms(
  context: Context,
  programs: readonly HostProgram[],
  what: string,
  env = process.env,
): Promise<void> {
  if ((await findMissing(programs, env)).length === 0) return;
  const lock = { what: "the packages that builds need", progress: context.progress, signal: context.signal };
  await exclusively(join(context.cache, "host-packages"), lock, async () => {
    const missing = await findMissing(programs, env);
    if (missing.length === 0) return;
    refuseWhereImpossible(missing, what, env);
    await install(context, missing, what);
  });
}

/** A program that is missing, or is of no use yet. */
interface Missing extends HostProgram {
  /** What of it cannot be found. */
  readonly what: string;
}

async function findMissing(programs: readonly HostProgram[], env: NodeJS.ProcessEnv): Promise<Missing[]> {
  const found = await Promise.all(
    programs.map(async (needed) => {
      const { program, companion } = needed;
      const path = findProgram(program, env.PATH);
      if (!path) return { ...needed, what: program };
      if (!companion || (await companion.isThere(path))) return undefined;
      return { ...needed, what: `${companion.what} (for ${program})` };
    }),
  );
  return found.filter((missing) => missing !== undefined);
}

function refuseWhereImpossible(missing: readonly Missing[], what: string, env: NodeJS.ProcessEnv): void {
  const cause = `${what} can't be built: ${missing.map(({ what: part }) => part).join(", ")} cannot be found`;
  const command = `apt-get install ${packagesOf(missing).join(" ")}`;
  if (thisPlatform() !== "debian") {
    throw new Problem(
      cause,
      "images are built on Debian or Ubuntu only: give this machine a registry that it can pull from (REGISTRY_MIRROR=host:port for one of your own), or point DOCKER_HOST to an engine that has them",
    );
  }
  if (process.getuid?.() !== 0) throw new Problem(cause, `sudo ${command}`);
  if (!mayInstall(env))
    throw new Problem(
      `${cause}, and ENGINE_INSTALL=never forbids installing`,
      `run ${command}, or unset ENGINE_INSTALL`,
    );
}

async function install(context: Context, missing: readonly HostProgram[], what: string): Promise<void> {
  const { progress } = context;
  const packages = packagesOf(missing);
  progress.note(
    `To build ${what}: installing ${packages.join(", ")} from the distribution (ENGINE_INSTALL=never forbids it)`,
  );
  await progress.step(`installing ${packages.join(", ")}`, () => installPackages(packages, progress));
}

function packagesOf(programs: readonly HostProgram[]): string[] {
  return programs.flatMap(({ packages }) => packages);
}
