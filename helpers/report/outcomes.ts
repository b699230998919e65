import type { TestCase, TestModule } from "vitest/node";
import {
  CLAIM_ARTIFACT,
  type ClaimArtifact,
  DEFINITION_ARTIFACT,
  type DefinitionArtifact,
  MUTANT_ARTIFACT,
  type MutantArtifact,
} from "../chapter/artifact.ts";
import type { DefinitionOfClaim } from "../chapter/definitions.ts";
import { isClusterLost } from "../chapter/opening-error.ts";
import { isVerdict } from "../chapter/outcome.ts";

/** The claim that a test told, if it is a claim's and got so far. */
export function claimOf(test: TestCase): ClaimArtifact | undefined {
  return test.artifacts().find((artifact): artifact is ClaimArtifact => artifact.type === CLAIM_ARTIFACT);
}

/** The fate of the mutant that a test tried, if it is a mutant's and got so far. */
export function mutantOf(test: TestCase): MutantArtifact | undefined {
  return test.artifacts().find((artifact): artifact is MutantArtifact => artifact.type === MUTANT_ARTIFACT);
}

/** What the claim of a test says, when definitions are read. */
export function definitionOf(test: TestCase): DefinitionOfClaim | undefined {
  return test
    .artifacts()
    .find((artifact): artifact is DefinitionArtifact => artifact.type === DEFINITION_ARTIFACT);
}

/** Why the cluster was lost, as the first claim or chapter says that noticed it; undefined when it was not. */
export function whyClusterLost(modules: readonly TestModule[]): string | undefined {
  const claim = modules
    .flatMap((module) => [...module.children.allTests()])
    .map(claimOf)
    .find((told) => told?.clusterLost)?.claim;
  if (claim) return claim.reason ?? "it does not answer";
  return modules.flatMap(errorsOf).find(isClusterLost)?.message;
}

/** What went wrong in a file outside of its tests. */
export function errorsOf(module: TestModule) {
  return [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())];
}

/** All tests but those that were left out because the user asked for others by name. */
function chosenTests(modules: readonly TestModule[]): TestCase[] {
  return modules.flatMap((module) => [...module.children.allTests()]).filter((test) => !isFilteredOut(test));
}

function isFilteredOut(test: TestCase): boolean {
  const pattern = test.project.config.testNamePattern;
  return pattern !== undefined && !pattern.test(test.fullName.replaceAll(" > ", " "));
}

/** What is counted at the end of a run. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What makes a run red although no test failed. */
  readonly problems: readonly string[];
}

/**
 * Counts a run. A file that failed as a whole counts as one failure, since its tests then only look skipped; a claim
 * that was skipped without a reason that its chapter allows, and a run of chapters in which no claim was put to the
 * cluster, are problems.
 */
export function countRun(modules: readonly TestModule[], unhandledErrors: number): Totals {
  const tests = chosenTests(modules);
  const count = (state: string) => tests.filter((test) => test.result().state === state).length;
  const broken = modules.filter((module) => errorsOf(module).length > 0).length;
  const chapters = modules.filter((module) => module.project.name === "chapters");
  const problems: string[] = [];
  // After the cluster was lost the rest is not tried; otherwise a test that did not end has failed.
  const lost = whyClusterLost(modules) !== undefined;
  if (chapters.length > 0 && broken === 0) problems.push(...chapterProblems(chapters));
  return {
    passed: count("passed"),
    failed: count("failed") + (lost ? 0 : count("pending")) + broken + unhandledErrors,
    skipped: count("skipped") + (lost ? count("pending") : 0),
    problems,
  };
}

/** `3 passed, 0 failed, 1 skipped` */
export function formatTotals({ passed, failed, skipped, problems }: Totals): string {
  return `${passed} passed, ${failed + problems.length} failed, ${skipped} skipped`;
}

function chapterProblems(chapters: readonly TestModule[]): string[] {
  const tests = chosenTests(chapters);
  const told = tests.filter((test) => claimOf(test) ?? mutantOf(test));
  // What was not tried after the cluster was lost is told by that one failure.
  if (whyClusterLost(chapters) !== undefined) return [];
  const verdicts = told.filter((test) => isVerdict(claimOf(test)?.claim.outcome ?? mutantOf(test)?.outcome));
  const silent = tests.filter(
    (test) => test.result().state === "skipped" && !(claimOf(test) ?? mutantOf(test)),
  );
  return [
    ...silent.map((test) => `skipped without a reason: ${test.fullName}`),
    ...(verdicts.length === 0 && told.every((test) => test.result().state !== "failed")
      ? ["no claim was put to the cluster"]
      : []),
  ];
}
