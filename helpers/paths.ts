import { mkdirSync } from "node:fs";
import { join } from "node:path";
import envPaths from "env-paths";

/** The checkout's top folder. */
export const PROJECT_ROOT = join(import.meta.dirname, "..");

/** Our folder in the user's cache (`~/.cache/proven-tutorial` on Linux, or under XDG_CACHE_HOME), made if missing. */
export function cacheFolder(...parts: string[]): string {
  const folder = join(envPaths("proven-tutorial", { suffix: "" }).cache, ...parts);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
