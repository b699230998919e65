import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../paths.ts";
import { Problem } from "../problem.ts";
import { type Lock, readLock } from "./lock.ts";

/** How many known versions are named when somebody asks for one that is not. */
const NEAREST = 3;

/** A version of Kubernetes that nodes can be had of. */
export interface KubernetesVersion {
  /** `v1.36.3` */
  readonly kubernetes: string;
  /** The tag of k3s' own release of it, `v1.36.3-k3s1`. */
  readonly k3sTag: string;
}

/** Every version that can be built from fixtures/node or whose k3s is listed in the lock file, oldest first. */
export function knownVersions(lock: Lock = readLock()): string[] {
  const buildable = readdirSync(join(PROJECT_ROOT, lock.node.build, "versions"));
  return inOrder(new Set([...buildable, ...Object.keys(lock.system)]));
}

/**
 * The version that somebody asked for, as `1.36.3`, `v1.36.3`, or with the suffix of a release of k3s: `v1.36.3-k3s2`,
 * `v1.36.3+k3s2`. Who names a release need not name one that is known here: whether it can be pulled is found out then.
 * @throws {Problem} naming the nearest known versions
 */
export function versionNamed(text: string, known: readonly string[] = knownVersions()): KubernetesVersion {
  const [, number, release] = /^v?(\d+\.\d+\.\d+)(?:[-+](k3s\d+))?$/.exec(text.trim()) ?? [];
  const otherwise = "Of any other, name a release of k3s that can be pulled, such as v1.33.13-k3s1.";
  if (number === undefined) {
    throw new Problem(
      `"${text}" is not a version of Kubernetes`,
      `The known versions are ${known.join(", ")}. ${otherwise}`,
    );
  }
  const kubernetes = `v${number}`;
  if (release !== undefined || known.includes(kubernetes)) {
    return { kubernetes, k3sTag: `${kubernetes}-${release ?? "k3s1"}` };
  }
  const away = (version: string) => Math.abs(position(version) - position(kubernetes));
  const nearest = known.toSorted((a, b) => away(a) - away(b)).slice(0, NEAREST);
  throw new Problem(
    `Kubernetes ${kubernetes} is not known here`,
    `The nearest known versions are ${inOrder(nearest).join(", ")}. ${otherwise}`,
  );
}

function inOrder(versions: Iterable<string>): string[] {
  return [...versions].sort((a, b) => position(a) - position(b));
}

/** Where a version stands on a line on which the patches of a minor version are near each other. */
function position(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.replace(/^v/, "").split(".").map(Number);
  return (major * 1000 + minor) * 1000 + patch;
}
