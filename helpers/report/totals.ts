import type { SerializedError } from "vitest";
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";
import { describeError, Problem } from "../problem.ts";
import { claimOf, countRun, formatTotals, whyClusterLost } from "./outcomes.ts";
import { type Language, WORDS } from "./text.ts";

/**
 * Ends every run with its counts alone on a line, makes it red when a claim was passed over in silence, and stops it
 * early when the cluster is lost: every claim after that would only say the same.
 */
export default class TotalsReporter implements Reporter {
  readonly #language: Language;
  #vitest: Vitest | undefined;

  constructor({ language = "en" }: { language?: Language } = {}) {
    this.#language = language;
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestCaseResult(test: TestCase): void {
    // Not awaited: the run can't end while it waits for its reporters.
    if (claimOf(test)?.clusterLost) void this.#vitest?.cancelCurrentRun("test-failure");
  }

  onTestModuleEnd(module: TestModule): void {
    if (whyClusterLost([module]) !== undefined) void this.#vitest?.cancelCurrentRun("test-failure");
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const totals = countRun(modules, errors.length);
    const lost = whyClusterLost(modules);
    if (lost !== undefined) process.stdout.write(`\n${describeError(clusterLost(lost))}\n`);
    for (const problem of totals.problems) process.stdout.write(`✗ ${problem}\n`);
    if (totals.failed > 0 || totals.problems.length > 0) process.exitCode ||= 1;
    const clock = clockLine(modules, this.#language);
    process.stdout.write(`${clock}\n${formatTotals(totals)}\n`);
  }
}

/** How long each chapter only waited for the clock: as long as that one of its claims which waited longest. */
function clockLine(modules: readonly TestModule[], language: Language): string {
  const words = WORDS[language];
  const waits = modules.flatMap((module) => {
    const told = [...module.children.allTests()].flatMap((test) => claimOf(test) ?? []);
    const longest = Math.max(0, ...told.map(({ claim }) => claim.waitedForClock));
    return told[0] && longest > 0 ? [`${told[0].chapter.id} ${words.seconds(longest / 1000)}`] : [];
  });
  return waits.length > 0 ? `\n${words.clock}${waits.join(words.and)}\n` : "";
}

function clusterLost(reason: string): Problem {
  return new Problem(
    `the cluster was lost in the middle of the run: ${reason}`,
    "The container engine or the node has ended, or was killed. Make sure that the machine has memory and disk space to spare, and run it again.",
  );
}
