import type Dockerode from "dockerode";
import { bootCluster } from "../cluster/boot.ts";
import type { OwnCluster } from "../cluster/description.ts";
import type { ClusterNeeds } from "../cluster/needs.ts";
import type { ClusterPlan } from "../cluster/plan.ts";
import { removeAllOf } from "../engine/leftovers.ts";
import { onInterrupt } from "../engine/signals.ts";
import type { Progress } from "../progress.ts";
import { thisRun } from "../run.ts";

/** What a part of the bench works with. */
export interface Bench {
  readonly plan: ClusterPlan;
  readonly docker: Dockerode;
  readonly progress: Progress;
  /** How often everything is measured. */
  readonly runs: number;
}

/** The name of the clusters of a bench: there is never more than one at a time. */
const NAME = "bench";

/** Has `work` boot something in the engine, and removes all of it afterwards: nothing of one run is there in the next. */
export async function inOwnRun<T>(bench: Bench, work: (plan: ClusterPlan) => Promise<T>): Promise<T> {
  const run = thisRun();
  const remove = () => removeAllOf(bench.docker, run);
  using _interruption = onInterrupt(remove);
  try {
    return await work({ ...bench.plan, run });
  } finally {
    await remove();
  }
}

/** Boots a cluster, hands it to `work`, and removes it. @throws {Problem} when it does not come up */
export async function onOwnCluster<T>(
  bench: Bench,
  needs: ClusterNeeds,
  work: (cluster: OwnCluster, plan: ClusterPlan) => Promise<T>,
): Promise<T> {
  return inOwnRun(bench, async (plan) => work(await bootCluster(plan, NAME, needs), plan));
}

/** Does the same so many times, telling how far it is, and gives what each time gave. */
export async function repeat<T>(
  { progress, runs }: Pick<Bench, "progress" | "runs">,
  title: string,
  work: () => Promise<T>,
): Promise<T[]> {
  return progress.step(title, async (update) => {
    const results: T[] = [];
    for (let run = 1; run <= runs; run++) {
      update(`${run} of ${runs}`);
      results.push(await work());
    }
    return results;
  });
}

/** Runs `work` and gives how long it took, in seconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
