import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import envPaths from "env-paths";
import { Problem } from "./problem.ts";

/** The checkout's top folder. */
export const PROJECT_ROOT = join(import.meta.dirname, "..");

/** Our folder in the user's cache, whether it is there or not: `~/.cache/proven-tutorial`, or under XDG_CACHE_HOME. */
export function cacheRoot(): string {
  // Programs that run elsewhere are told of it: a relative XDG_CACHE_HOME would be another folder for each.
  return resolve(envPaths("proven-tutorial", { suffix: "" }).cache);
}

/**
 * A folder below {@link cacheRoot}, or that itself, made if missing.
 * @throws {Problem} when it can't be made
 */
export function cacheFolder(...parts: string[]): string {
  const folder = join(cacheRoot(), ...parts);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Problem(
      `the cache folder ${folder} can't be made: ${(cause as Error).message}`,
      "Set XDG_CACHE_HOME to a folder that you may write to, on a disk with 6 GB to spare.",
      { cause },
    );
  }
  return folder;
}
