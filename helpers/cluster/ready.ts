import type { V1Pod } from "@kubernetes/client-node";
import type { Manifest, ManifestObject } from "../manifest.ts";
import { Problem } from "../problem.ts";
import { lessAndLess, waitFor } from "../wait.ts";
import type { Api } from "./api.ts";
import { Changes } from "./changes.ts";
import { deadEnd, isReady, stateOf } from "./pod-state.ts";
import { Stillness } from "./stillness.ts";

/**
 * How long a chapter's Pods may take until they are ready, in milliseconds. Images are on the node already, and one that
 * can't become ready is told at once: this is for machines with many times more to do than they can.
 */
const READY_TIMEOUT_MS = 180_000;

/** How often the cluster is looked at where it tells each change by itself, in milliseconds. */
const ANYWAY_MS = 1_000;

/**
 * After how long without any change nothing will change any more, in milliseconds. Where everything should become ready, a
 * busy disk, or a cluster that first has to grow, takes its time; where something may have been made never to become ready,
 * nobody wants to wait so long.
 */
const STILL_MS = { ready: 90_000, settled: 15_000 };

/**
 * Waits until every Pod of the manifest is ready, and every workload of it has all its Pods ready. A Job or CronJob is
 * not waited for: when it is done is what a chapter is about.
 * @throws {Problem} at once when a Pod can't get there (its image is missing, it crashes, …), and when nothing has changed
 * for so long that nothing will (no node takes a Pod, its volume is not there, its probe fails, …)
 * @throws {TimeoutError} naming the Pods and their last states
 */
export async function untilReady(api: Api, manifest: Manifest): Promise<void> {
  const settling = await untilSettled(api, manifest, STILL_MS.ready);
  const stuck = settling.pods.map((pod) => ({ pod, why: deadEnd(pod) })).find(({ why }) => why !== undefined);
  if (stuck) {
    const { namespace, name } = stuck.pod.metadata ?? {};
    throw new Problem(
      `Pod ${namespace}/${name} does not become ready: ${stuck.why}`,
      "Correct the manifest, or provide the image that it names. An image that the node already has is used if imagePullPolicy is IfNotPresent.",
    );
  }
  if (settling.unready.length === 0) return;
  throw new Problem(
    `not everything becomes ready, and nothing changes any more: ${describe(settling)}`,
    "Correct the manifest: the nodes, volumes, ConfigMaps and Secrets that its Pods ask for, or their probes.",
  );
}

/**
 * Waits until everything in the manifest is ready or can't become so, or until nothing has changed for so long that
 * nothing will.
 * @throws {TimeoutError} naming the Pods and their last states
 */
export async function untilSettled(
  api: Api,
  manifest: Manifest,
  stillMs = STILL_MS.settled,
): Promise<Settling> {
  const stillness = new Stillness(stillMs);
  const wanted = manifest.objects.filter(({ kind }) => kind === "Pod" || kind in IS_READY);
  using changes = new Changes(api, wanted);
  return await waitFor({
    what: `${wanted.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).join(", ")} to be ready`,
    look: () => lookAt(api, wanted),
    until: (seen) =>
      seen.unready.every((object) =>
        seen.pods.some((pod) => belongsTo(pod, object) && deadEnd(pod) !== undefined),
      ) || stillness.lasts(seen),
    describe,
    // Often at first, so that a Pod that is ready soon is not waited for; a chapter with many objects takes longer.
    interval: (...times) => (changes.isComplete ? ANYWAY_MS : lessAndLess(50, 500)(...times)),
    pause: (interval) => changes.next(interval),
    timeout: READY_TIMEOUT_MS,
  });
}

/** The Pods and workloads that aren't ready, with their states. */
function describe({ pods, unready }: Settling): string {
  return [
    ...pods.filter((pod) => !isReady(pod)).map(stateOf),
    ...unready
      .filter(({ kind }) => kind !== "Pod")
      .map(({ kind, metadata, status }) => `${kind} ${metadata.name}: ${JSON.stringify(status)}`),
  ].join("; ");
}

/** What the cluster has of a manifest. */
interface Settling {
  /** Its Pods, and those of its workloads. */
  readonly pods: readonly V1Pod[];
  /** Its Pods and workloads that aren't ready. */
  readonly unready: readonly LiveObject[];
}

type LiveObject = ManifestObject & { spec?: WorkloadSpec; status?: WorkloadStatus };

interface WorkloadSpec {
  replicas?: number;
  selector?: { matchLabels?: Record<string, string> };
}

interface WorkloadStatus {
  observedGeneration?: number;
  readyReplicas?: number;
  updatedReplicas?: number;
  availableReplicas?: number;
  desiredNumberScheduled?: number;
  numberReady?: number;
}

/** When a workload has all the Pods that it wants, and all are ready. */
const IS_READY: Record<string, (spec: WorkloadSpec, status: WorkloadStatus) => boolean> = {
  ReplicaSet: ({ replicas = 1 }, { readyReplicas = 0 }) => readyReplicas === replicas,
  Deployment: ({ replicas = 1 }, { updatedReplicas = 0, availableReplicas = 0 }) =>
    updatedReplicas === replicas && availableReplicas === replicas,
  StatefulSet: ({ replicas = 1 }, { readyReplicas = 0 }) => readyReplicas === replicas,
  DaemonSet: (_, { desiredNumberScheduled, numberReady }) => desiredNumberScheduled === numberReady,
};

async function lookAt(api: Api, wanted: readonly ManifestObject[]): Promise<Settling> {
  const namespaces = [...new Set(wanted.map(({ metadata }) => metadata.namespace ?? "default"))];
  const [lists, objects] = await Promise.all([
    Promise.all(namespaces.map((namespace) => api.core.listNamespacedPod({ namespace }))),
    Promise.all(
      wanted.map(
        ({ apiVersion, kind, metadata: { name, namespace = "default" } }) =>
          api.objects.read({ apiVersion, kind, metadata: { name, namespace } }) as Promise<unknown>,
      ),
    ),
  ]);
  const live = objects as LiveObject[];
  const pods = lists
    .flatMap(({ items }) => items)
    .filter((pod) => live.some((object) => belongsTo(pod, object)));
  const unready = live.filter(({ kind, metadata, spec = {}, status = {} }) => {
    if (kind === "Pod") return !pods.some((pod) => pod.metadata?.name === metadata.name && isReady(pod));
    const { generation } = metadata as { generation?: number };
    return status.observedGeneration !== generation || !IS_READY[kind]?.(spec, status);
  });
  return { pods, unready };
}

function belongsTo(pod: V1Pod, { kind, metadata, spec }: LiveObject): boolean {
  if (pod.metadata?.namespace !== metadata.namespace) return false;
  if (kind === "Pod") return pod.metadata?.name === metadata.name;
  const wanted = Object.entries(spec?.selector?.matchLabels ?? {});
  return wanted.length > 0 && wanted.every(([label, value]) => pod.metadata?.labels?.[label] === value);
}
