import { Problem } from "../problem.ts";

/** Parts of k3s that are left out unless a chapter needs them, by the names of its option `--disable`. */
export type AddOn = "coredns" | "local-storage";

/** What a chapter needs of its cluster beyond one plain node. */
export interface ClusterNeeds {
  readonly addOns?: readonly AddOn[];
  /** Nodes besides the server. A chapter that has them has its cluster to itself: it lets nodes come and go. */
  readonly agents?: number;
  /** It makes its containers with the container engine alone. */
  readonly engineOnly?: boolean;
  /** It waits for full minutes to come, and so is begun before the others. */
  readonly clock?: boolean;
}

const NEEDS: Readonly<Record<string, ClusterNeeds>> = {
  "03-pod-by-hand": { engineOnly: true },
  "06-statefulset": { addOns: ["coredns", "local-storage"] },
  "07-daemonset": { agents: 2 },
  "09-cronjob": { clock: true },
  "11-differences": { agents: 1, addOns: ["local-storage"] },
};

/** What a chapter needs of its cluster, by its id. */
export function needsOf(chapter: string): ClusterNeeds {
  return NEEDS[chapter] ?? {};
}

/**
 * How chapters and clusters go together (CLUSTER): `fresh` gives every chapter a cluster of its own; `existing` means one
 * that is not ours, in which nothing is changed that we did not create.
 */
export type Sharing = "shared" | "fresh" | "existing";

/** Reads CLUSTER. @throws {Problem} when it is neither unset nor a value that we know */
export function sharingOf(env: NodeJS.ProcessEnv): Sharing {
  const value = env.CLUSTER;
  if (!value) return "shared";
  if (value === "fresh" || value === "existing") return value;
  throw new Problem(
    `CLUSTER=${value} is not a kind of cluster`,
    "Unset it, so that chapters share a cluster; CLUSTER=fresh gives each its own; CLUSTER=existing uses the one that your kubeconfig names.",
  );
}

/** What to say to a command that boots clusters of its own when CLUSTER=existing is set. */
export function notOnExisting(): Problem {
  return new Problem(
    "CLUSTER=existing is set, but this command uses clusters of its own only",
    "Unset CLUSTER. To run chapters on an existing cluster: npm run article, or npm test -- chapters/.",
  );
}

/** Whether a chapter has a cluster to itself. */
export function isAlone(chapter: string, sharing: Sharing): boolean {
  return sharing === "fresh" || (needsOf(chapter).agents ?? 0) > 0;
}

/** Why a chapter can't be told on a cluster that is not ours; undefined when it can. */
export function whyNotOnExisting(
  chapter: string,
  { hasStorage = true }: { readonly hasStorage?: boolean } = {},
): string | undefined {
  const { agents = 0, engineOnly = false, addOns = [] } = needsOf(chapter);
  if (engineOnly) return "it is about the container engine, without a cluster";
  if (agents > 0) return "it lets nodes come and go, and changes them";
  if (addOns.includes("local-storage") && !hasStorage) {
    return "the cluster has no default StorageClass whose volumes are made, and deleted again";
  }
  return undefined;
}

/** The add-ons that some of these chapters need. */
export function addOnsOf(chapters: readonly string[]): AddOn[] {
  return [...new Set(chapters.flatMap((chapter) => needsOf(chapter).addOns ?? []))];
}
