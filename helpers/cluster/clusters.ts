import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../paths.ts";
import type { ClusterDescription } from "./description.ts";
import { addOnsOf, type ClusterNeeds, isAlone, needsOf } from "./needs.ts";
import type { ClusterPlan } from "./plan.ts";

/** The first cluster of a run. */
export interface FirstCluster {
  readonly cluster: ClusterDescription;
  /** The chapter that has it to itself; undefined when it is shared. */
  readonly chapter?: string;
}

/**
 * Boots the cluster that these chapters share; when each of them has one to itself, that of the first. The others are
 * booted by their chapters, with {@link clusterFor}.
 * @throws {Problem} with the node's last lines when it does not come up
 */
export async function bootFirstCluster(
  plan: ClusterPlan,
  chapters: readonly string[],
): Promise<FirstCluster> {
  const shared = chapters.filter((chapter) => !isAlone(chapter, plan.sharing));
  const [chapter] = chapters;
  if (shared.length > 0 || chapter === undefined) {
    return { cluster: await bootKept(plan, "shared", { addOns: addOnsOf(shared) }) };
  }
  return { cluster: await bootKept(plan, chapter, needsOf(chapter)), chapter };
}

/**
 * The cluster that a chapter is to use: the first one of the run if that is meant for it, else one of its own. Without a
 * plan there is no other than the first.
 */
export async function clusterFor(
  chapter: string,
  plan: ClusterPlan | undefined,
  first: FirstCluster,
): Promise<ClusterDescription> {
  if (!plan) return first.cluster;
  const mayUseFirst = isAlone(chapter, plan.sharing)
    ? first.chapter === chapter
    : first.chapter === undefined;
  return mayUseFirst ? first.cluster : await bootKept(plan, chapter, needsOf(chapter));
}

/**
 * Removes the cluster of a chapter that had it to itself, unless it is to be kept: idle nodes take time and memory from
 * the chapters that are still told, and a host has inotify instances for few (19 for a server, 128 altogether by default).
 */
export async function leaveCluster(
  chapter: string,
  plan: ClusterPlan | undefined,
  cluster: ClusterDescription,
): Promise<void> {
  if (!plan || plan.keep || !isAlone(chapter, plan.sharing)) return;
  const { removeNodes } = await import("./agents.ts");
  // What can't be removed now is removed when the run ends, or told then.
  await removeNodes(cluster).catch(() => {});
}

async function bootKept(plan: ClusterPlan, name: string, needs: ClusterNeeds): Promise<ClusterDescription> {
  // Most chapters use a cluster that is there already: their processes need not load what it takes to boot one.
  const { bootCluster } = await import("./boot.ts");
  const cluster = await bootCluster(plan, name, needs);
  if (plan.keep) {
    const file = join(cacheFolder("kept"), `${plan.run.id}-${name}.kubeconfig.yaml`);
    writeFileSync(file, cluster.kubeconfig, { mode: 0o600 });
  }
  return cluster;
}
