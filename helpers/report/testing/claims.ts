import { setTimeout as delay } from "node:timers/promises";
import { type RunnerTestCase, recordArtifact, test } from "vitest";
import { CLAIM_ARTIFACT, MUTANT_ARTIFACT } from "../../chapter/artifact.ts";
import type { Outcome } from "../../chapter/outcome.ts";
import { toldClaim } from "../../ledger/testing/run.ts";
import type { ClaimRecord } from "../../record.ts";

interface Reported {
  readonly clusterLost?: boolean;
  /** Milliseconds until it ends. */
  readonly after?: number;
  readonly chapter?: string;
  readonly told?: Partial<ClaimRecord>;
}

/** A test that reports a claim with this outcome, as a chapter's would: for tests of the reporters. */
export function reportClaim(id: string, outcome: Outcome, options: Reported = {}): void {
  test(`${id}: a statement`, async ({ task, skip }) => {
    await delay(options.after ?? 0);
    await record(task, id, outcome, options);
    if (outcome === "not asked") skip("too old");
    if (outcome !== "holds") throw new Error(`${id} is ${outcome}`);
  });
}

/** A test that reports a mutant whose claim can't be observed here. */
export function reportUntriedMutant(id: string): void {
  test(`${id} under "a mutant"`, async ({ task, skip }) => {
    const outcome = "not observable";
    await recordArtifact(task, {
      type: MUTANT_ARTIFACT,
      claim: id,
      mutant: "a mutant",
      killed: false,
      outcome,
    });
    skip("this cluster does not let us look");
  });
}

async function record(
  task: RunnerTestCase,
  id: string,
  outcome: Outcome,
  { clusterLost = false, chapter = "01-test", told = {} }: Reported,
): Promise<void> {
  const text = { en: "a statement", zh: "一条陈述" };
  await recordArtifact(task, {
    type: CLAIM_ARTIFACT,
    chapter: { id: chapter, title: text, intro: text, manifests: [], prelude: [] },
    claim: toldClaim(id, { statement: text, outcome, ...told }),
    clusterLost,
  });
}
