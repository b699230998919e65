import { setTimeout as sleep } from "node:timers/promises";
import type Dockerode from "dockerode";
import { Problem } from "../problem.ts";
import { isDead, LABEL, type Run, runLabels, runOfLabels } from "../run.ts";
import { answerBefore } from "../wait.ts";
import type { PrivateEngine } from "./private-engine.ts";
import { isInterrupted } from "./signals.ts";

/** How often what a run made is looked for, and how long something that is being made gets in between. */
const ROUNDS = 3;
const PAUSE_MS = 100;
/** The same where a signal came: a busy engine takes a moment for what it was asked for just before. */
const PAUSE_AFTER_SIGNAL_MS = 500;

/** How long an engine may take to remove things, in milliseconds. */
const REMOVAL_MS = 60_000;

const KEPT_LABEL = `${LABEL}.kept`;

/** How many of each kind were removed. */
export interface Removed {
  readonly containers: number;
  readonly networks: number;
  readonly volumes: number;
}

type Labels = Readonly<Record<string, string>>;

/** Ends a container from outside, where the engine is ours. */
export type KillContainer = PrivateEngine["killContainer"];

/** Removes containers, networks and volumes of ours whose owner satisfies `condemned`. */
export async function removeOwned(
  docker: Dockerode,
  condemned: (run: Run) => boolean,
  kill?: KillContainer,
): Promise<Removed> {
  const filters = { label: [`${LABEL}.run`] };
  const isCondemned = ({ Labels }: { Labels?: Labels | null | undefined }) => {
    const run = runOfLabels(Labels ?? {});
    return run !== undefined && condemned(run);
  };
  // Networks and volumes can only be removed once no container uses them.
  const containers = (await docker.listContainers({ all: true, filters })).filter(isCondemned);
  const ids = containers.map(({ Id }) => Id);
  if (kill) ids.forEach(kill);
  await removeContainers(docker, ids);
  const networks = (await docker.listNetworks({ filters })).filter(isCondemned);
  await removeEach(networks, ({ Id }) => docker.getNetwork(Id).remove());
  const volumes = ((await docker.listVolumes({ filters })).Volumes ?? []).filter(isCondemned);
  await removeEach(volumes, ({ Name }) => docker.getVolume(Name).remove({ force: true }));
  return { containers: containers.length, networks: networks.length, volumes: volumes.length };
}

/**
 * Removes containers with their volumes. One that is gone already is no error. Podman removes none before those that
 * have joined its namespaces: what was refused is tried again, as long as others could be removed.
 */
export async function removeContainers(docker: Dockerode, ids: readonly string[]): Promise<void> {
  let left = ids;
  while (left.length > 0) {
    const attempts = await Promise.allSettled(
      left.map((id) => docker.getContainer(id).remove({ force: true, v: true })),
    );
    const refused = attempts.flatMap((attempt, index) =>
      attempt.status === "rejected" && !isGone(attempt.reason)
        ? [{ id: left[index] ?? "", reason: attempt.reason as Error }]
        : [],
    );
    if (refused.length === left.length) throw refused[0]?.reason;
    left = refused.map(({ id }) => id);
  }
}

/**
 * Removes what `run` made until nothing is found any more: where a signal interrupts, a container may be on its way
 * that the first round doesn't see, and that keeps its network from being removed.
 */
export async function removeAllOf(docker: Dockerode, run: Run, kill?: KillContainer): Promise<void> {
  for (let round = 1; ; round += 1) {
    try {
      const removed = await removeOwned(docker, ({ id }) => id === run.id, kill);
      const nothingLeft = describeRemoved(removed) === undefined && !isInterrupted();
      if (round === ROUNDS || nothingLeft) return;
    } catch (error) {
      if (round === ROUNDS) throw error;
    }
    await sleep(isInterrupted() ? PAUSE_AFTER_SIGNAL_MS : PAUSE_MS);
  }
}

/** An engine may hang, with a container that stands still say. @throws {Problem} when it fails, or takes a minute */
export async function removedInTime<T>(removal: Promise<T>, what: string, remedy: string): Promise<T> {
  try {
    return await answerBefore(removal, performance.now() + REMOVAL_MS);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Problem(`${what} could not be removed from the container engine: ${reason}`, remedy, { cause });
  }
}

/** Marks what `run` made as something that outlives it. The mark is a volume: whoever shares the engine sees it. */
export async function markKept(docker: Dockerode, run: Run): Promise<void> {
  const Labels = { ...runLabels(run), [KEPT_LABEL]: "true" };
  await docker.createVolume({ Name: `${LABEL}-kept-${run.id}`, Labels });
}

/** Tells of a run whether it is dead and nobody wants to keep what it left. */
export async function findAbandoned(docker: Dockerode): Promise<(run: Run) => boolean> {
  const { Volumes } = await docker.listVolumes({ filters: { label: [KEPT_LABEL] } });
  // A mark counts only while what it marks is running: after a reboot nothing of it is.
  const running = await docker.listContainers({ filters: { label: [`${LABEL}.run`] } });
  const alive = new Set(running.map(({ Labels }) => runOfLabels(Labels)?.id));
  const kept = new Set(
    (Volumes ?? []).map(({ Labels }) => runOfLabels(Labels ?? {})?.id).filter((id) => alive.has(id)),
  );
  return (run) => isDead(run) && !kept.has(run.id);
}

/**
 * Removes the images that we built, and says how many. They go by their names: an image that somebody made from one of
 * them has its labels too, and stays.
 */
export async function removeImages(docker: Dockerode): Promise<number> {
  const tags = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []).filter(isOurTag);
  const untagged = await removeEach(tags, (tag) => docker.getImage(tag).remove());
  // What a newer build has taken the name from; one that is used, by a container or another image, stays as well.
  const nameless = (await docker.listImages({ filters: { dangling: ["true"] } })).filter(({ Labels }) =>
    Object.keys(Labels ?? {}).some((label) => label.startsWith(`${LABEL}.`)),
  );
  return untagged + (await removeEach(nameless, ({ Id }) => docker.getImage(Id).remove()));
}

/** Podman puts a registry before the name. */
function isOurTag(tag: string): boolean {
  return new RegExp(`^(?:localhost/|docker\\.io/)?${LABEL}/`).test(tag);
}

/** `2 containers, 1 network`, or undefined when nothing was removed. */
export function describeRemoved(removed: Partial<Removed> & { images?: number }): string | undefined {
  const parts = Object.entries(removed)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${count === 1 ? kind.slice(0, -1) : kind}`);
  return parts.length > 0 ? parts.join(", ") : undefined;
}

/** Removes what can be removed, and gives how many these were. */
async function removeEach<T>(things: readonly T[], remove: (thing: T) => Promise<unknown>): Promise<number> {
  const results = await Promise.allSettled(things.map(remove));
  for (const result of results) {
    if (result.status === "rejected" && !isGone(result.reason)) throw result.reason;
  }
  return results.filter(({ status }) => status === "fulfilled").length;
}

/** Somebody else (Ryuk, another run) was quicker, or is just removing it. */
function isGone(error: { statusCode?: number }): boolean {
  return error.statusCode === 404 || error.statusCode === 409;
}
