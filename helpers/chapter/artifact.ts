import type { FirstCluster } from "../cluster/clusters.ts";
import type { ClusterPlan } from "../cluster/plan.ts";
import type { ChapterRecord, ClaimRecord } from "../record.ts";
import type { DefinitionOfClaim } from "./definitions.ts";
import type { Outcome } from "./outcome.ts";

/** What the chapters are run for: to tell the claims, to show that each of them can fall, or only to read what they say. */
export type Mode = "claims" | "mutants" | "definitions";

/** Which artifact of a test holds its claim. */
export const CLAIM_ARTIFACT = "proven-tutorial:claim";
/** Which artifact of a test holds the fate of a mutant. */
export const MUTANT_ARTIFACT = "proven-tutorial:mutant";

/** Which artifact of a test holds what a claim says. */
export const DEFINITION_ARTIFACT = "proven-tutorial:definition";

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
  outcome: Outcome;
}

/** What a claim says, together with what its chapter says. */
export interface DefinitionArtifact extends DefinitionOfClaim {
  type: typeof DEFINITION_ARTIFACT;
}

declare module "vitest" {
  interface ProvidedContext {
    /** How clusters are started; there is none for a cluster that is not ours. */
    plan: ClusterPlan | undefined;
    first: FirstCluster;
    mode: Mode;
    /** The only manifests that are applied; all of the chapter's unless given. */
    manifests?: readonly string[];
  }
  interface TestArtifactRegistry {
    claim: ClaimArtifact;
    mutant: MutantArtifact;
    definition: DefinitionArtifact;
  }
}
