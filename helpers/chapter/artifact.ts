import type { FirstCluster } from "../cluster/clusters.ts";
import type { ClusterPlan } from "../cluster/plan.ts";
import type { ChapterRecord, ClaimRecord } from "../record.ts";

/** What the chapters are run for: to tell the claims, or to show that each of them can fall. */
export type Mode = "claims" | "mutants";

/** Which artifact of a test holds its claim. */
export const CLAIM_ARTIFACT = "proven-tutorial:claim";
/** Which artifact of a test holds the fate of a mutant. */
export const MUTANT_ARTIFACT = "proven-tutorial:mutant";

/** A claim's record together with its chapter's, as a test hands it to the reporters. */
export interface ClaimArtifact {
  type: typeof CLAIM_ARTIFACT;
  chapter: Omit<ChapterRecord, "claims">;
  claim: ClaimRecord;
  /** The cluster did not answer any more: what follows would only repeat that. */
  clusterLost: boolean;
}

/** What became of a mutant. */
export interface MutantArtifact {
  type: typeof MUTANT_ARTIFACT;
  claim: string;
  mutant: string;
  killed: boolean;
  outcome: string;
}

declare module "vitest" {
  interface ProvidedContext {
    plan: ClusterPlan;
    first: FirstCluster;
    mode: Mode;
  }
  interface TestArtifactRegistry {
    claim: ClaimArtifact;
    mutant: MutantArtifact;
  }
}
