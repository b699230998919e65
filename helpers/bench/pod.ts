import type { V1Pod } from "@kubernetes/client-node";
import { Lesson } from "../chapter/lesson.ts";
import { connect } from "../cluster/api.ts";
import { isTrue } from "../cluster/conditions.ts";
import type { OwnCluster } from "../cluster/description.ts";
import type { ClusterPlan } from "../cluster/plan.ts";
import { readManifests } from "../manifest.ts";
import { Recording, type Sighting } from "../recording.ts";
import { ARTICLE_POD } from "./article.ts";
import { removeArticlePod } from "./article-pod.ts";
import { type Bench, onOwnCluster, repeat } from "./bench.ts";
import { groundOf } from "./ground.ts";
import type { Part } from "./results.ts";
import { figureOf, figuresOf } from "./statistics.ts";

/** What happens to a Pod on its way, in this order, and how its status tells. */
const STAGES: Readonly<Record<string, (pod: V1Pod) => boolean>> = {
  accepted: () => true,
  scheduled: ({ spec }) => spec?.nodeName !== undefined,
  sandbox: ({ status }) => isTrue(status?.conditions, "PodReadyToStartContainers"),
  ready: ({ status }) => isTrue(status?.conditions, "Ready"),
};

/** The article's Pod, applied as its chapter applies it, until both its containers are seen ready. */
export async function measurePod(bench: Bench): Promise<Part<"pod">> {
  return onOwnCluster(bench, {}, async (cluster, plan) => {
    const runs = await repeat(bench, "Pod to 2/2", async () => {
      const run = await oneRun(cluster, plan);
      await removeArticlePod(cluster);
      return run;
    });
    return {
      ground: groundOf(cluster),
      ready: figureOf(runs.map(({ ready }) => ready)),
      parts: figuresOf(runs.map(({ parts }) => parts)),
    };
  });
}

async function oneRun(cluster: OwnCluster, plan: ClusterPlan) {
  const { manifest, namespace, selector } = ARTICLE_POD;
  const manifests = [manifest];
  const lesson = new Lesson(cluster, plan, { manifests }, readManifests(manifests, [namespace]), [namespace]);
  const recording = await Recording.start(connect(cluster.kubeconfig), { kind: "pods", namespace, selector });
  const started = recording.elapsed;
  await lesson.open();
  const ready = (recording.elapsed - started) / 1000;
  const parts = stagesOf(await recording.stop(), started);
  await lesson.leave();
  return { ready, parts };
}

/** When a Pod came to each of its stages, in seconds since that moment of the recording (in milliseconds). */
export function stagesOf(sightings: readonly Sighting<V1Pod>[], since: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(STAGES).flatMap(([stage, isReached]) => {
      const first = sightings.find(({ object }) => isReached(object));
      return first ? [[stage, (first.at - since) / 1000]] : [];
    }),
  );
}
