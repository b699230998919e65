import { execa } from "execa";
import type { ExecResult } from "../kubectl.ts";
import { TimeoutError } from "../wait.ts";
import { findProgram, systemPath } from "./install.ts";

/** An engine's own command line. */
export interface EngineClient {
  readonly program: "docker" | "podman";
  readonly version: string;
}

/** How long a command may run, in milliseconds. */
const COMMAND_MS = 90_000;

/** The command line of an engine of this kind on this machine, or undefined when there is none that speaks with the engine. */
export async function findClient(
  engine: EngineClient["program"],
  path = process.env.PATH ?? "",
): Promise<EngineClient | undefined> {
  const program = findProgram(engine, path);
  if (program === undefined) return undefined;
  const { stdout } = await execa(program, ["--version"], { reject: false, stdin: "ignore" });
  // `docker` may be Podman under another name, which does not talk to Docker's engine.
  if (!stdout?.toLowerCase().startsWith(engine)) return undefined;
  if (engine === "docker" && (await isTooOld(program))) return undefined;
  return { program: engine, version: clientVersion(stdout) };
}

/** Docker 29 refuses what speaks its API before 1.44, as the command line of Debian 12 does. */
async function isTooOld(program: string): Promise<boolean> {
  const { stderr } = await execa(program, ["version"], {
    reject: false,
    stdin: "ignore",
    timeout: COMMAND_MS,
  });
  return /client version \S+ is too old/.test(stderr ?? "");
}

/** The version in what `docker --version` or `podman --version` prints. */
export function clientVersion(text: string): string {
  return /\bversion ([\w.+~-]+)/.exec(text)?.[1] ?? "unknown";
}

/**
 * Runs an engine's command line in `folder`, against the engine that DOCKER_HOST names. What the user has configured
 * for it (formats, proxies for containers, contexts) stays out: the folder's config.json counts as its configuration.
 * Podman takes the address from another variable, and is a client of that engine then as well.
 * @throws {TimeoutError} when it does not end
 */
export async function runClient(
  [program = "", ...args]: readonly string[],
  folder: string,
): Promise<ExecResult> {
  const { DOCKER_CONTEXT: _, ...env } = process.env;
  const { stdout, stderr, exitCode, timedOut, failed, shortMessage } = await execa(program, args, {
    cwd: folder,
    env: {
      ...env,
      PATH: systemPath(),
      DOCKER_CONFIG: folder,
      DOCKER_CLI_HINTS: "false",
      ...(env.DOCKER_HOST && { CONTAINER_HOST: env.DOCKER_HOST }),
    },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    timeout: COMMAND_MS,
  });
  if (timedOut)
    throw new TimeoutError(`waited ${COMMAND_MS / 1000} s for "${[program, ...args].join(" ")}" to end`);
  if (failed && exitCode === undefined) throw new Error(shortMessage);
  return { stdout, stderr, exitCode: exitCode ?? 0 };
}
