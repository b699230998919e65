import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { stopPrivateEngine } from "../../helpers/engine/private-engine.ts";
import { canRunPrivately, privateFolders } from "../../helpers/engine/private-folders.ts";
import { unmountBelow } from "../../helpers/engine/private-remains.ts";
import { cacheFolder, PROJECT_ROOT } from "../../helpers/paths.ts";
import { Problem } from "../../helpers/problem.ts";

/** What of the cache is not made anew for the tests. */
const KEPT = ["parts", "archives", "facts", "registries"];

/**
 * Gives the fault tests a cache and a private engine of their own, so that nothing that is broken is somebody's: what
 * was built for the user's cache, and is built there if need be, is copied.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (!canRunPrivately()) {
    throw new Problem("npm run faults starts container engines and breaks them", "Run it as root, on Linux.");
  }
  await runSetup();
  const cache = mkdtempSync(join(cacheFolder("faults"), "a cache é "));
  const images = join(cache, "proven-tutorial", "images");
  for (const part of KEPT) {
    const options = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true };
    cpSync(cacheFolder("images", part), join(images, part), options);
  }
  process.env.XDG_CACHE_HOME = cache;
  const folders = privateFolders();
  // A user's own engine, which may be there as well, is none of the tests' business.
  process.env.DOCKER_HOST = folders.dockerHost;
  try {
    await runSetup();
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;

  async function remove() {
    await stopPrivateEngine(folders);
    await unmountBelow([cache]);
    rmSync(cache, { recursive: true, force: true });
  }
}

async function runSetup(): Promise<void> {
  await execa("node", ["commands/setup.ts"], { cwd: PROJECT_ROOT, stdio: ["ignore", "inherit", "inherit"] });
}
