import type { TestProject } from "vitest/node";
import { chapterIds } from "../chapters.ts";
import { openEngine } from "../engine/engine.ts";
import { disposeOnSignal } from "../engine/signals.ts";
import { describeError } from "../problem.ts";
import { lineProgress } from "../progress.ts";
import { thisRun } from "../run.ts";
import { asProblem } from "../system-problem.ts";
import { bootFirstCluster } from "./clusters.ts";
import { addOnsOf } from "./needs.ts";
import { planClusters } from "./plan.ts";

/**
 * Boots one cluster for all chapters of a run and hands its description on, unless the command that started Vitest
 * has brought one. So `npx vitest run --project chapters` works by itself.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const provided = project.getProvidedContext();
  if (provided.mode === undefined) project.provide("mode", "claims");
  if (provided.first !== undefined || provided.mode === "definitions") return undefined;

  const stack = new AsyncDisposableStack();
  // Vitest exits a millisecond after a signal; the cluster and the engine need seconds to go away.
  for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
  stack.use(disposeOnSignal(stack));
  try {
    const run = thisRun();
    const progress = lineProgress();
    const engine = stack.use(await openEngine({ run, progress }));
    const chapters = chapterIds();
    const plan = await planClusters({ engine, run, progress }, addOnsOf(chapters));
    project.provide("plan", plan);
    const first = () => bootFirstCluster(plan, chapters);
    project.provide("first", await progress.step(`Booting ${plan.node.description}`, first));
  } catch (error) {
    // Told before anything is removed, which may take its time, or go wrong as well.
    process.stderr.write(`${describeError(asProblem(error))}\n`);
    await stack.disposeAsync();
    throw error;
  }
  return () => stack.disposeAsync();
}
