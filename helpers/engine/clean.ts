import { rm } from "node:fs/promises";
import type { Progress } from "../progress.ts";
import { LABEL, type Run, thisMachine } from "../run.ts";
import { connectEngine } from "./connect.ts";
import { discoverEngine } from "./discover.ts";
import { describeRemoved, removedInTime, removeImages, removeOwned } from "./leftovers.ts";
import { stopPrivateEngine } from "./private-engine.ts";
import { canRunPrivately, isPrivateEngine, privateFolders } from "./private-folders.ts";
import { unmountBelow } from "./private-remains.ts";

/** Removes the private engine with its data, whoever uses it: its containers, its cgroups, what it has mounted. */
export async function removePrivateEngine(progress: Progress): Promise<void> {
  if (!canRunPrivately()) return;
  await progress.step("Removing the private container engine", async () => {
    const folders = privateFolders();
    await stopPrivateEngine(folders, async () => {
      await unmountBelow([folders.data]);
      // Not rmSync: the lock has to be renewed meanwhile.
      await rm(folders.data, { recursive: true, force: true });
    });
  });
}

/**
 * Removes everything of ours, living runs' included, from the engine that is found, if there is one: containers, networks,
 * volumes and images. Spares what runs of other machines have there.
 * @throws {Problem} when it does not answer
 */
export async function cleanSharedEngine(
  progress: Progress,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  if (env.DOCKER_HOST && isPrivateEngine(env.DOCKER_HOST)) delete env.DOCKER_HOST;
  const found = await discoverEngine(env, progress);
  if (!found) return;
  const docker = (await connectEngine(found)).container.dockerode;
  const machine = thisMachine();
  const others = new Set<string>();
  const isOurs = (run: Run) => {
    if (run.machine !== machine) others.add(run.id);
    return run.machine === machine;
  };
  const remove = async () => {
    const owned = await removeOwned(docker, isOurs);
    return { ...owned, images: await removeImages(docker) };
  };
  const removed = describeRemoved(
    await removedInTime(remove(), "what is ours", "Restart the engine, and run it again."),
  );
  progress.note(`Removed from ${found}: ${removed ?? "nothing; there was nothing of this project"}`);
  if (others.size > 0) {
    progress.note(
      `Left there: what was made by ${others.size === 1 ? "a run" : `${others.size} runs`} on other machines, on this one under another host name, or in containers. See docker ps --all, docker network ls and docker volume ls, with --filter label=${LABEL}.run`,
    );
  }
}
