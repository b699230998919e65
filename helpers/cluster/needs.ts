import { Problem } from "../problem.ts";

/** Parts of k3s that are left out unless a chapter needs them, by the names of its option `--disable`. */
export type AddOn = "coredns" | "local-storage";

/** What a chapter needs of its cluster beyond one plain node. */
export interface ClusterNeeds {
  readonly addOns?: readonly AddOn[];
  /** Nodes besides the server. A chapter that has them has its cluster to itself: it lets nodes come and go. */
  readonly agents?: number;
  /** It waits for full minutes to come, and so is begun before the others. */
  readonly clock?: boolean;
}

const NEEDS: Readonly<Record<string, ClusterNeeds>> = {
  "06-statefulset": { addOns: ["coredns", "local-storage"] },
  "07-daemonset": { agents: 2 },
  "09-cronjob": { clock: true },
  "11-differences": { agents: 1, addOns: ["local-storage"] },
};

/** What a chapter needs of its cluster, by its id. */
export function needsOf(chapter: string): ClusterNeeds {
  return NEEDS[chapter] ?? {};
}

/** How chapters and clusters go together (CLUSTER): `fresh` gives every chapter a cluster of its own. */
export type Sharing = "shared" | "fresh";

/** Reads CLUSTER. @throws {Problem} when it is neither unset nor a value that we know */
export function sharingOf(env: NodeJS.ProcessEnv): Sharing {
  const value = env.CLUSTER;
  if (!value || value === "shared") return "shared";
  if (value === "fresh") return "fresh";
  throw new Problem(
    `CLUSTER=${value} is not a kind of cluster`,
    "Unset it, so that chapters share a cluster, or set CLUSTER=fresh, so that each has its own.",
  );
}

/** Whether a chapter has a cluster to itself. */
export function isAlone(chapter: string, sharing: Sharing): boolean {
  return sharing === "fresh" || (needsOf(chapter).agents ?? 0) > 0;
}

/** The add-ons that some of these chapters need. */
export function addOnsOf(chapters: readonly string[]): AddOn[] {
  return [...new Set(chapters.flatMap((chapter) => needsOf(chapter).addOns ?? []))];
}
