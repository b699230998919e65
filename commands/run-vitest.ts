import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { ProvidedContext } from "vitest";
import { createVitest, type Reporter } from "vitest/node";
import { PROJECT_ROOT } from "../helpers/paths.ts";

/** Chapters mostly wait for the cluster, those with the clock and with nodes most of all: so many keep two cores busy. */
const MIN_WORKERS = 5;

/**
 * Each with a cluster to itself: a host has 128 inotify instances unless it was given more, a server takes 19 of them and
 * an agent 8, and with those that come and go a chapter has three agents at most.
 */
const WORKERS_ON_FRESH_CLUSTERS = 3;

/** Each has several mutants at work at the same time: five kept two cores so busy that Pods stood still for a minute. */
const WORKERS_FOR_MUTANTS = 3;

/** A claim that takes longer than this gets a line of its own in Vitest's report, in milliseconds. */
const SLOW_CLAIM_MS = 60_000;

/** What a command asks of Vitest. */
export interface VitestRun {
  readonly projects: readonly string[];
  /** Paths, or parts of paths, of the files to run; all when empty. */
  readonly files: readonly string[];
  readonly testNamePattern?: string | undefined;
  readonly reporters: readonly (Reporter | string | readonly [string, Record<string, unknown>])[];
  /** What globalSetup would have provided; it then boots no cluster of its own. */
  readonly provide?: Partial<ProvidedContext>;
}

/** Runs Vitest in this process. The exit code is left in `process.exitCode`. */
export async function runVitest(run: VitestRun): Promise<void> {
  const listeners = (["SIGINT", "SIGTERM"] as const).map((name) => ({
    name,
    before: process.listeners(name),
  }));
  const vitest = await createVitest({
    root: PROJECT_ROOT,
    config: join(PROJECT_ROOT, "vitest.config.ts"),
    project: [...run.projects],
    reporters: [...run.reporters, ...annotations(run)] as never,
    watch: false,
    passWithNoTests: false,
    // A claim takes seconds, and is no news for it.
    slowTestThreshold: SLOW_CLAIM_MS,
    ...(run.testNamePattern !== undefined && { testNamePattern: run.testNamePattern }),
    ...(run.provide && { provide: run.provide as ProvidedContext }),
    // Nothing is run: the chapters need not be kept apart, and the libraries that they share are read once.
    ...(run.provide?.mode === "definitions" && { isolate: false, fileParallelism: false }),
    maxWorkers: workersFor(run),
  });
  // Vitest would end the process a millisecond after a signal, before anything of ours is removed.
  for (const { name, before } of listeners) {
    for (const listener of process.listeners(name)) {
      if (!before.includes(listener)) process.off(name, listener);
    }
  }
  try {
    await vitest.start([...run.files]);
  } finally {
    await vitest.close();
  }
}

function workersFor({ provide }: VitestRun): number {
  if (provide?.plan?.sharing === "fresh") return WORKERS_ON_FRESH_CLUSTERS;
  if (provide?.mode === "mutants") return WORKERS_FOR_MUTANTS;
  return Math.max(MIN_WORKERS, availableParallelism() - 1);
}

/** On GitHub a failure is told beside the line of the claim as well. */
function annotations({ provide }: VitestRun): VitestRun["reporters"] {
  if (process.env["GITHUB_ACTIONS"] !== "true" || provide?.mode === "definitions") return [];
  return [["github-actions", { jobSummary: { enabled: false } }]];
}
