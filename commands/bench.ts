import { measureBoot } from "../helpers/bench/boot.ts";
import type { Bench } from "../helpers/bench/bench.ts";
import { measureChecks } from "../helpers/bench/checks.ts";
import { measureMemory } from "../helpers/bench/memory.ts";
import { measureNodes } from "../helpers/bench/nodes.ts";
import { measureNothing } from "../helpers/bench/nothing.ts";
import { measurePod } from "../helpers/bench/pod.ts";
import { reportLines } from "../helpers/bench/report.ts";
import {
  PART_NAMES,
  type PartName,
  recordResults,
  type Results,
  RESULTS_FILE,
} from "../helpers/bench/results.ts";
import { measureSuite } from "../helpers/bench/suite.ts";
import { chapterIds } from "../helpers/chapters.ts";
import { addOnsOf } from "../helpers/cluster/needs.ts";
import { nodeOf, planClusters, type PlanOptions } from "../helpers/cluster/plan.ts";
import { withCleanup } from "../helpers/engine/signals.ts";
import { contextOf } from "../helpers/images/options.ts";
import { Problem } from "../helpers/problem.ts";
import { lineProgress } from "../helpers/progress.ts";
import { asCount, commandLine, main } from "./command.ts";
import { environmentHelp } from "./environment.ts";
import { withEngine } from "./with-cluster.ts";

/** How often each part is measured unless told otherwise. */
const RUNS: Readonly<Record<PartName, number>> = {
  boot: 5,
  pod: 5,
  checks: 5,
  suite: 1,
  nodes: 3,
  nothing: 1,
  memory: 1,
};

/** Those that take minutes, and are measured only when they are named. */
const SLOW: readonly PartName[] = ["suite", "nodes", "nothing"];

interface Options {
  readonly runs?: number;
  readonly record?: boolean;
  readonly json?: boolean;
}

/** Measures one part so many times. */
type Measure<Name extends PartName> = (runs: number) => Promise<Results[Name]>;

await main(async () => {
  const command = commandLine("bench", "Measures boot and checks, as ratios to other tools that do the same.")
    .argument(
      "[parts...]",
      `what to measure: ${PART_NAMES.join(", ")}; by default all but ${SLOW.join(", ")}`,
    )
    .option("--runs <n>", `how many times to measure each part; by default ${defaultRuns()}`, asCount)
    .option(
      "--record",
      `write the figures to ${RESULTS_FILE}, in place of the earlier figures of these parts`,
    )
    .option("--json", "print the figures as JSON, and nothing else, on standard output")
    .addHelpText(
      "after",
      `
  boot     a node until it is Ready, compared with its API server alone
  pod      the article's Pod, from being applied until it is 2/2
  checks   the article's five checks on one cluster, compared with a kubectl shell script, e2e-framework and chainsaw
  suite    all chapters with warm caches: each chapter, and how the time grows with their number
  nodes    clusters of 1 to 6 nodes
  nothing  npm ci and npm run article in a clean clone, with empty caches
  memory   the memory that an idle node uses, by program
${environmentHelp("K3S_IMAGE", "KUBERNETES_VERSION")}`,
    )
    .parse();
  const { runs, record = false, json = false } = command.opts<Options>();
  const parts = partsNamed(command.args);
  if (process.env.CLUSTER) {
    throw new Problem("CLUSTER is set", "Unset it: the bench boots clusters of its own.");
  }
  let results: Results = { schema: 1 };
  try {
    await measure(
      parts,
      (part) => runs ?? RUNS[part],
      (measured) => {
        results = { ...results, ...measured };
        // At once: what comes after it may go wrong.
        if (record) recordResults(measured);
      },
    );
  } finally {
    const measured = Object.keys(results).length > 1;
    if (measured && json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    if (measured && !json) process.stdout.write(`\n${reportLines(results).join("\n")}\n`);
  }
});

/** Measures these parts, one after another: two at once would measure each other. */
async function measure(
  parts: readonly PartName[],
  runsOf: (part: PartName) => number,
  take: (measured: Partial<Results>) => void,
): Promise<void> {
  const progress = lineProgress();
  const onEngine = parts.filter((part) => part !== "suite" && part !== "nothing");
  // The images are made before anything is timed.
  if (onEngine.length > 0 || parts.includes("suite")) {
    await withEngine({ keep: false }, async (options) => {
      const measures = await measuresOn(options);
      for (const part of onEngine) {
        take({ [part]: await measures[part](runsOf(part)) });
      }
    });
  }
  // These start an engine of their own.
  await withCleanup(async () => {
    if (parts.includes("suite")) {
      take({ suite: await measureSuite({ progress, runs: runsOf("suite") }) });
    }
    if (parts.includes("nothing")) {
      take({ nothing: await measureNothing({ progress, runs: runsOf("nothing") }) });
    }
  });
}

type OnEngine = Exclude<PartName, "suite" | "nothing">;

async function measuresOn(options: PlanOptions): Promise<{ readonly [Name in OnEngine]: Measure<Name> }> {
  const plan = await planClusters({ ...options, node: nodeOf(process.env) }, addOnsOf(chapterIds()));
  const { docker } = options.engine;
  const { progress } = options;
  const bench = (runs: number): Bench => ({ plan, docker, progress, runs });
  return {
    boot: (runs) => measureBoot(bench(runs)),
    pod: (runs) => measurePod(bench(runs)),
    checks: (runs) => measureChecks(bench(runs), contextOf(options)),
    nodes: (runs) => measureNodes(bench(runs)),
    memory: (runs) => measureMemory(bench(runs)),
  };
}

/** The parts that were named, in their own order; all that don't take long when none was. */
function partsNamed(names: readonly string[]): PartName[] {
  const unknown = names.find((name) => !PART_NAMES.some((part) => part === name));
  if (unknown !== undefined) {
    throw new Problem(`there is no part "${unknown}"`, `The parts are: ${PART_NAMES.join(", ")}.`);
  }
  return PART_NAMES.filter((part) => (names.length > 0 ? names.includes(part) : !SLOW.includes(part)));
}

function defaultRuns(): string {
  return PART_NAMES.map((part) => `${part} ${RUNS[part]}`).join(", ");
}
