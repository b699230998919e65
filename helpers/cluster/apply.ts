import type { Manifest, ManifestObject } from "../manifest.ts";
import { lessAndLess, waitFor } from "../wait.ts";
import { type Api, apiStatus } from "./api.ts";
import { refusal } from "./refusal.ts";

/** On every node until it is known to be Ready (https://kubernetes.io/docs/reference/labels-annotations-taints/#node-kubernetes-io-not-ready). */
const NOT_READY = "node.kubernetes.io/not-ready";

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
    throw refusal(object, cause) ?? cause;
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
