import { join } from "node:path";
import { findProgram, systemPath } from "../../engine/install.ts";
import { thisPlatform } from "../../engine/platform.ts";
import { Problem } from "../../problem.ts";
import type { Context } from "../context.ts";
import { exclusively } from "../exclusive.ts";
import { runCommand } from "./child.ts";

/** A program that a build needs, and the packages of Debian and Ubuntu that bring it. */
export interface HostProgram {
  readonly program: string;
  readonly packages: readonly string[];
}

/** Lays out Debian packages; the keyring is what their signatures are checked with. */
export const MMDEBSTRAP: HostProgram = {
  program: "mmdebstrap",
  packages: ["mmdebstrap", "debian-archive-keyring"],
};
/** Compiles the one program that is in C, statically. */
export const GCC: HostProgram = { program: "gcc", packages: ["gcc", "libc6-dev"] };
/** Fetches the pinned Go. */
export const PIP: HostProgram = { program: "pip3", packages: ["python3-pip"] };

/** The C compiler for an architecture that isn't the machine's own. */
export function crossGcc(architecture: "amd64" | "arm64"): HostProgram {
  const [cpu, name] = architecture === "arm64" ? ["aarch64", "arm64"] : ["x86_64", "amd64"];
  return {
    program: `${cpu}-linux-gnu-gcc`,
    packages: [`gcc-${cpu.replace("_", "-")}-linux-gnu`, `libc6-dev-${name}-cross`],
  };
}

/** Sees to it that `programs` are installed: on Debian and Ubuntu as root they are, unless ENGINE_INSTALL=never. */
export async function requirePrograms(
  context: Context,
  programs: readonly HostProgram[],
  what: string,
  env = process.env,
): Promise<void> {
  if (programs.every(({ program }) => findProgram(program, env.PATH))) return;
  const lock = { what: "the packages that builds need", progress: context.progress, signal: context.signal };
  await exclusively(join(context.cache, "host-packages"), lock, async () => {
    const missing = programs.filter(({ program }) => !findProgram(program, env.PATH));
    if (missing.length === 0) return;
    refuseWhereImpossible(missing, what, env);
    await install(context, missing, what);
  });
}

function refuseWhereImpossible(missing: readonly HostProgram[], what: string, env: NodeJS.ProcessEnv): void {
  const cause = `${what} can't be built: ${names(missing)} cannot be found`;
  const command = `apt-get install ${packagesOf(missing).join(" ")}`;
  if (thisPlatform() !== "debian") {
    throw new Problem(
      cause,
      "images are built on Debian or Ubuntu only: give this machine a registry that it can pull from (REGISTRY_MIRROR=host:port for one of your own), or point DOCKER_HOST to an engine that has them",
    );
  }
  if (process.getuid?.() !== 0) throw new Problem(cause, `sudo ${command}`);
  if (env.ENGINE_INSTALL === "never")
    throw new Problem(
      `${cause}, and ENGINE_INSTALL=never forbids installing`,
      `run ${command}, or unset ENGINE_INSTALL`,
    );
}

async function install(context: Context, missing: readonly HostProgram[], what: string): Promise<void> {
  const { progress, signal } = context;
  const packages = packagesOf(missing);
  progress.note(
    `To build ${what}: installing ${packages.join(", ")} from the distribution (ENGINE_INSTALL=never forbids it)`,
  );
  const options = {
    doing: `installing ${packages.join(", ")}`,
    signal,
    env: { PATH: systemPath(), DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "a" },
  };
  const apt = (...words: string[]) =>
    runCommand(
      "apt-get",
      ["--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", ...words],
      options,
    );
  await progress.step(`installing ${packages.join(", ")}`, async () => {
    // The lists that are here may do; a third party's source that fails to update is none of our business.
    const first = await apt("install", ...packages).catch((error: unknown) => error);
    if (!(first instanceof Error)) return;
    signal?.throwIfAborted();
    await apt("update").catch(() => undefined);
    await apt("install", ...packages);
  });
}

function names(programs: readonly HostProgram[]): string {
  return programs.map(({ program }) => program).join(", ");
}

function packagesOf(programs: readonly HostProgram[]): string[] {
  return programs.flatMap(({ packages }) => packages);
}
