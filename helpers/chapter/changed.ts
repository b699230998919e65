import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import type { Manifest, SpecOf, WorkloadKind } from "../manifest.ts";
import type { ManifestMutant } from "./claim.ts";

/**
 * A mutant that changes one workload: its spec, the first container of its Pods, or the Pods' spec. The others of its
 * kind are left out, so that it costs no more than it must.
 */
export function changed<Kind extends WorkloadKind>(
  kind: Kind,
  name: string,
  what: string,
  change: (spec: SpecOf<Kind>, container: V1Container, pod: V1PodSpec) => void,
): ManifestMutant {
  return {
    name: what,
    manifest: (manifest) => {
      manifest.keep(kind, name);
      const pod = manifest.podSpec(kind, name);
      const [container] = pod.containers;
      if (!container) throw new Error(`${kind} ${name} has no container`);
      change(manifest.spec(kind, name), container, pod);
    },
  };
}

/** For a mutant that observes something else: of one kind only the objects named are there. */
export function only(kind: WorkloadKind, ...names: readonly string[]): (manifest: Manifest) => void {
  return (manifest) => manifest.keep(kind, ...names);
}

/**
 * For a mutant that changes several objects: only those that are named are there, of whatever kind, so that a try costs few
 * Pods, and one change is made.
 */
export function keeping(
  names: readonly string[],
  change: (manifest: Manifest) => void,
): (manifest: Manifest) => void {
  return (manifest) => {
    for (const { objects } of manifest.files) {
      const kept = objects.filter(
        ({ kind, metadata }) => kind === "Namespace" || names.includes(metadata.name),
      );
      objects.splice(0, objects.length, ...kept);
    }
    change(manifest);
  };
}
