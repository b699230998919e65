import type { V1Pod } from "@kubernetes/client-node";
import type { Manifest, ManifestObject } from "../manifest.ts";
import { Problem } from "../problem.ts";
import { lessAndLess, waitFor } from "../wait.ts";
import { type Api, apiMessage, apiStatus, isOverloaded } from "./api.ts";
import { Changes } from "./changes.ts";
import { isTrue } from "./conditions.ts";

/**
 * How long a chapter's Pods may take until they are ready, in milliseconds. Images are on the node already, and one that
 * can't become ready is told at once: this is for machines with many times more to do than they can.
 */
const READY_TIMEOUT_MS = 180_000;

/** On every node until it is known to be Ready (https://kubernetes.io/docs/reference/labels-annotations-taints/#node-kubernetes-io-not-ready). */
const NOT_READY = "node.kubernetes.io/not-ready";

/** How often the cluster is looked at where it tells each change by itself, in milliseconds. */
const ANYWAY_MS = 1_000;

/**
 * After how long without any change nothing will change any more, in milliseconds. Where everything should become ready, a
 * busy disk, or a cluster that first has to grow, takes its time; where something may have been made never to become ready,
 * nobody wants to wait so long.
 */
const STILL_MS = { ready: 90_000, settled: 15_000 };

/** The same while containers are being made. */
const STILL_MAKING_MS = 120_000;

/**
 * Waiting reasons that the kubelet does not get out of by itself. ErrImagePull, RunContainerError and
 * CreateContainerError are not among them: it tries again within seconds, and then backs off.
 */
const DEAD_ENDS = new Set([
  "CrashLoopBackOff",
  "CreateContainerConfigError",
  "ErrImageNeverPull",
  "ImagePullBackOff",
  "InvalidImageName",
]);

/**
 * Applies a manifest, in whatever order its objects are: namespaces first, then the accounts that Pods run under; the others
 * not before nodes can take their Pods.
 * @throws {Problem} with the API server's own words when it refuses an object
 */
export async function apply(
  api: Api,
  manifest: Manifest,
  { schedulable = Promise.resolve() }: { readonly schedulable?: Promise<void> } = {},
): Promise<void> {
  const {
    Namespace: namespaces = [],
    ServiceAccount: accounts = [],
    others = [],
  } = Object.groupBy(manifest.objects, ({ kind }) =>
    kind === "Namespace" || kind === "ServiceAccount" ? kind : "others",
  );
  // It is waited for below, and told there.
  schedulable.catch(() => {});
  await Promise.all(namespaces.map((object) => applyObject(api, object)));
  await Promise.all(namespaces.map(({ metadata }) => defaultServiceAccount(api, metadata.name)));
  await Promise.all([schedulable, ...accounts.map((object) => applyObject(api, object))]);
  await Promise.all(others.map((object) => applyObject(api, object)));
}

/**
 * Waits until the controllers have taken off every node the taint that it begins with: what is made before is told, in
 * events too, that it could not be scheduled.
 * @throws {TimeoutError} naming the nodes and their taints
 */
export async function untilSchedulable(api: Api): Promise<void> {
  await waitFor({
    what: "the nodes to take Pods",
    look: async () =>
      (await api.core.listNode()).items.map(({ metadata, spec }) => ({
        node: metadata?.name,
        taints: spec?.taints?.map(({ key }) => key) ?? [],
      })),
    until: (nodes) => nodes.every(({ taints }) => !taints.includes(NOT_READY)),
  });
}

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
      "Correct the manifest, or provide the image that it names.",
    );
  }
  if (settling.unready.length === 0) return;
  throw new Problem(
    `not everything becomes ready, and nothing changes any more: ${describe(settling)}`,
    "Correct the manifest: what its Pods ask for of nodes, volumes, ConfigMaps and Secrets, and their probes.",
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

/** Tells when nothing changes any more. */
class Stillness {
  readonly #stillMs: number;
  #state = "";
  #looked = performance.now();
  /** For how long nothing has changed, in milliseconds. */
  #still = 0;

  constructor(stillMs: number) {
    this.#stillMs = stillMs;
  }

  lasts({ pods, unready }: Settling): boolean {
    const now = performance.now();
    // While the cluster does not answer, nobody knows what changes.
    const since = Math.min(now - this.#looked, 2 * ANYWAY_MS);
    this.#looked = now;
    const state = JSON.stringify([pods.map(({ status }) => status), unready.map(({ status }) => status)]);
    this.#still = state === this.#state ? this.#still + since : 0;
    this.#state = state;
    // Others will go and make room: the node takes 110 Pods, and mutants of several chapters share it.
    if (pods.some(isWaitingForRoom)) return false;
    return this.#still > (pods.some(isBeingMade) ? STILL_MAKING_MS : this.#stillMs);
  }
}

/** The scheduler has not looked at the Pod yet, or found a node for it, and some container of it was not started yet. */
function isBeingMade(pod: V1Pod): boolean {
  const { spec, status } = pod;
  if (status?.phase !== "Pending") return false;
  if (!spec?.nodeName) return scheduling(pod) === undefined;
  return !(status.containerStatuses ?? []).some(({ state }) => DEAD_ENDS.has(state?.waiting?.reason ?? ""));
}

/** The scheduler found the nodes full: it will look again when a Pod has gone. */
function isWaitingForRoom(pod: V1Pod): boolean {
  const scheduled = scheduling(pod);
  return scheduled?.status === "False" && /Too many pods/.test(scheduled.message ?? "");
}

/** What the scheduler says of a Pod, once it has looked at it. */
function scheduling({ status }: V1Pod) {
  return status?.conditions?.find(({ type }) => type === "PodScheduled");
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

/** Deletes a namespace with all that is in it, without waiting for grace periods. */
export async function removeNamespace(api: Api, name: string): Promise<void> {
  await api.core.deleteNamespace({ name }).catch((error: unknown) => {
    if (apiStatus(error) !== 404) throw error;
  });
  // Only now: in a namespace that is going nobody makes a Pod in place of one that went.
  await api.core.deleteCollectionNamespacedPod({ namespace: name, gracePeriodSeconds: 0 });
}

async function applyObject(api: Api, object: ManifestObject): Promise<void> {
  try {
    await api.objects.apply(object);
  } catch (cause) {
    const { name, namespace } = object.metadata;
    const status = apiStatus(cause);
    // Without a status the request never got an answer: that is the cluster's trouble, not the manifest's.
    if (status === undefined && !/Unrecognized API/.test(String(cause))) throw cause;
    const remedy = isOverloaded(status)
      ? "See that the cluster works, and run it again."
      : status === 403
        ? "See what the cluster permits: quotas, Pod Security, admission; and that the namespace is not just being deleted."
        : "Correct the manifest.";
    throw new Problem(
      `the API server refuses ${object.kind} ${namespace ? `${namespace}/` : ""}${name}: ${apiMessage(cause)}`,
      remedy,
      { cause },
    );
  }
}

/** A new namespace has no `default` ServiceAccount for a moment, and no Pod can be made before it is there. */
async function defaultServiceAccount(api: Api, namespace: string): Promise<void> {
  await waitFor({
    what: `the default ServiceAccount of namespace ${namespace}`,
    look: () => api.core.readNamespacedServiceAccount({ name: "default", namespace }),
    until: () => true,
    interval: lessAndLess(10, 50),
  });
}

function isReady(pod: V1Pod): boolean {
  return isTrue(pod.status?.conditions, "Ready");
}

/** Why a Pod can't become ready, or undefined while it still may. */
function deadEnd(pod: V1Pod): string | undefined {
  if (pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded")
    return `it has ended (${pod.status.phase})`;
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  for (const { name, state } of [...initContainerStatuses, ...containerStatuses]) {
    const { reason, message } = state?.waiting ?? {};
    if (reason && DEAD_ENDS.has(reason))
      return `container ${name}: ${reason}${message ? ` (${message})` : ""}`;
  }
  return undefined;
}

function stateOf(pod: V1Pod): string {
  const containers = (pod.status?.containerStatuses ?? []).map(({ name, state, ready }) => {
    const what =
      state?.waiting?.reason ?? (state?.terminated ? "terminated" : ready ? "ready" : "running, not ready");
    return `${name}: ${what}`;
  });
  const scheduled = scheduling(pod);
  const homeless = scheduled?.status === "False" ? [scheduled.message ?? scheduled.reason ?? ""] : [];
  const details = [...homeless, ...containers].join(", ");
  return `${pod.metadata?.name} is ${pod.status?.phase}${details ? ` (${details})` : ""}`;
}
