import type { V1PodSpec } from "@kubernetes/client-node";
import type { Manifest } from "../../manifest.ts";
import { runLabels } from "../../run.ts";
import type { ClusterDescription } from "../description.ts";

/** A chapter's manifests and namespaces, as they are in a cluster. */
export interface Place {
  readonly manifest: Manifest;
  /** In the chapter's order. */
  readonly namespaces: readonly string[];
}

/**
 * Where a chapter is told. A cluster of ours has the namespaces that the manifests name. In one that is not ours they get
 * names that nobody else has, and labels by which they are found again; Pods that are bound to no node go to the one
 * that we can look at; and what a node is to have already, as ours do, it may pull.
 */
export function placeIn(
  { existing, run }: ClusterDescription,
  manifest: Manifest,
  namespaces: readonly string[],
): Place {
  if (!existing) return { manifest, namespaces };
  const rename = (namespace: string) => namespace + existing.suffix;
  const moved = manifest.inNamespaces(rename);
  for (const object of moved.objects) {
    const { kind, metadata } = object;
    allowPulling(object.spec);
    if (kind === "Namespace") metadata.labels = { ...metadata.labels, ...runLabels(run) };
    if (kind !== "Pod") continue;
    const pod = (object.spec ??= {}) as V1PodSpec;
    pod.nodeSelector = { ...existing.nodeLabels, ...pod.nodeSelector };
  }
  return { manifest: moved, namespaces: namespaces.map(rename) };
}

/** Lets every container below `value` have its image pulled. */
function allowPulling(value: unknown): void {
  if (value === null || typeof value !== "object") return;
  const fields = value as Record<string, unknown>;
  if (fields["imagePullPolicy"] === "Never") fields["imagePullPolicy"] = "IfNotPresent";
  for (const field of Object.values(fields)) allowPulling(field);
}
