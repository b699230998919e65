import { type RunnerTestCase, recordArtifact, test } from "vitest";
import { CLAIM_ARTIFACT, MUTANT_ARTIFACT } from "../../chapter/artifact.ts";
import type { Outcome } from "../../chapter/outcome.ts";
import { toldClaim } from "../../ledger/testing/run.ts";

/** A test that reports a claim with this outcome, as a chapter's would: for tests of the reporters. */
export function reportClaim(
  id: string,
  outcome: Outcome,
  options: { clusterLost?: boolean; waitedForClock?: number } = {},
): void {
  test(`${id}: a statement`, async ({ task, skip }) => {
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
  { clusterLost = false, waitedForClock = 0 }: { clusterLost?: boolean; waitedForClock?: number },
): Promise<void> {
  const text = { en: "a statement", zh: "一条陈述" };
  await recordArtifact(task, {
    type: CLAIM_ARTIFACT,
    chapter: { id: "01-test", title: text, intro: text, manifests: [], prelude: [] },
    claim: toldClaim(id, { statement: text, outcome, waitedForClock }),
    clusterLost,
  });
}
