import type { V1Pod } from "@kubernetes/client-node";
import type { Manifest, ManifestObject } from "../manifest.ts";
import { Problem } from "../problem.ts";
import { waitFor } from "../wait.ts";
import { type Api, apiMessage, apiStatus } from "./api.ts";

/** How long Pods may take until they are ready, in milliseconds: images are on the node already. */
const READY_TIMEOUT_MS = 60_000;

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
 * Applies a manifest, namespaces first.
 * @throws {Problem} with the API server's own words when it refuses an object
 */
export async function apply(api: Api, manifest: Manifest): Promise<void> {
  const isNamespace = (object: ManifestObject) => object.kind === "Namespace";
  const namespaces = manifest.objects.filter(isNamespace);
  await Promise.all(namespaces.map((object) => applyObject(api, object)));
  await Promise.all(namespaces.map(({ metadata }) => defaultServiceAccount(api, metadata.name)));
  const others = manifest.objects.filter((object) => !isNamespace(object));
  await Promise.all(others.map((object) => applyObject(api, object)));
}

/**
 * Waits until every Pod of the manifest is ready.
 * @throws {Problem} at once when a Pod can't get there (its image is missing, it crashes, …)
 * @throws {TimeoutError} naming the Pods and their last states
 */
export async function untilReady(api: Api, manifest: Manifest): Promise<void> {
  const pods = await untilSettled(api, manifest);
  const stuck = pods.map((pod) => ({ pod, why: deadEnd(pod) })).find(({ why }) => why !== undefined);
  if (!stuck) return;
  const { namespace, name } = stuck.pod.metadata ?? {};
  throw new Problem(
    `Pod ${namespace}/${name} does not become ready: ${stuck.why}`,
    "Correct the manifest, or provide the image that it names.",
  );
}

/** Waits until every Pod of the manifest is ready or can't become so, and gives the Pods. */
export async function untilSettled(api: Api, manifest: Manifest): Promise<V1Pod[]> {
  const wanted = manifest.objects.filter(({ kind }) => kind === "Pod").map(({ metadata }) => metadata);
  const sets = manifest.objects.filter(({ kind }) => kind === "ReplicaSet");
  await Promise.all(sets.map((object) => replicasReady(api, object)));
  const look = () =>
    Promise.all(
      wanted.map(({ name, namespace = "default" }) => api.core.readNamespacedPod({ name, namespace })),
    );
  return await waitFor({
    what: `${wanted.map(({ namespace, name }) => `${namespace}/${name}`).join(", ")} to be ready`,
    look,
    until: (pods) => pods.every((pod) => isReady(pod) || deadEnd(pod) !== undefined),
    describe: (pods) => pods.map(stateOf).join("; "),
    timeout: READY_TIMEOUT_MS,
  });
}

/** Deletes a namespace with all that is in it, without waiting for grace periods. */
export async function removeNamespace(api: Api, name: string): Promise<void> {
  await api.core.deleteCollectionNamespacedPod({ namespace: name, gracePeriodSeconds: 0 });
  await api.core.deleteNamespace({ name }).catch((error: unknown) => {
    if (apiStatus(error) !== 404) throw error;
  });
}

async function replicasReady(api: Api, { metadata }: ManifestObject): Promise<void> {
  const { name, namespace = "default" } = metadata;
  await waitFor({
    what: `the replicas of ${namespace}/${name} to be ready`,
    look: () => api.apps.readNamespacedReplicaSet({ name, namespace }),
    until: ({ spec, status }) => status?.readyReplicas === spec?.replicas,
    describe: ({ status }) => JSON.stringify(status),
    timeout: READY_TIMEOUT_MS,
  });
}

async function applyObject(api: Api, object: ManifestObject): Promise<void> {
  try {
    await api.objects.apply(object);
  } catch (cause) {
    const { name, namespace } = object.metadata;
    // Without a status the request never got an answer: that is the cluster's trouble, not the manifest's.
    if (apiStatus(cause) === undefined && !/Unrecognized API/.test(String(cause))) throw cause;
    throw new Problem(
      `the API server refuses ${object.kind} ${namespace ? `${namespace}/` : ""}${name}: ${apiMessage(cause)}`,
      "Correct the manifest.",
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
  });
}

function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
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
  return `${pod.metadata?.name} is ${pod.status?.phase}${containers.length ? ` (${containers.join(", ")})` : ""}`;
}
