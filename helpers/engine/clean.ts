import { rmSync } from "node:fs";
import { getContainerRuntimeClient } from "testcontainers";
import { cacheFolder } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { thisMachine } from "../run.ts";
import { discoverEngine } from "./discover.ts";
import { describeRemoved, removedInTime, removeImages, removeOwned } from "./leftovers.ts";
import { stopPrivateEngine } from "./private-engine.ts";
import { canRunPrivately, isPrivateEngine, privateFolders } from "./private-folders.ts";
import { unmountBelow } from "./private-remains.ts";

/**
 * Removes everything of ours, living runs' included: containers, networks, volumes and images on the engine that is
 * found, if there is one; the private engine with its data; our cgroups. Spares what runs of other machines have on a
 * shared engine.
 */
export async function removeEverything({
  progress,
  env = process.env,
}: {
  readonly progress: Progress;
  readonly env?: NodeJS.ProcessEnv;
}): Promise<void> {
  if (canRunPrivately()) await progress.step("Removing the private container engine", removePrivateEngine);
  await cleanSharedEngine(progress, env);
  rmSync(cacheFolder("ryuk"), { recursive: true, force: true });
  rmSync(cacheFolder("engine"), { recursive: true, force: true });
}

async function removePrivateEngine(): Promise<void> {
  const folders = privateFolders();
  await stopPrivateEngine(folders);
  await unmountBelow([folders.data]);
  rmSync(folders.data, { recursive: true, force: true });
}

async function cleanSharedEngine(progress: Progress, env: NodeJS.ProcessEnv): Promise<void> {
  if (env.DOCKER_HOST && isPrivateEngine(env.DOCKER_HOST)) delete env.DOCKER_HOST;
  const found = await discoverEngine(env);
  if (!found) return;
  const client = await getContainerRuntimeClient();
  const docker = client.container.dockerode;
  const machine = thisMachine();
  const removal = removeOwned(docker, (run) => run.machine === machine);
  const owned = await removedInTime(removal, "what is ours", "Restart the engine, and run it again.");
  const removed = describeRemoved({ ...owned, images: await removeImages(docker) });
  progress.note(`Removed from ${found}: ${removed ?? "nothing, there was nothing of ours"}`);
}
