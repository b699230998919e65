import { z } from "zod";
import type { FirstCluster } from "../cluster/clusters.ts";
import type { ClusterPlan } from "../cluster/plan.ts";

/** What tells the five checks in a process of its own, with what it is told on its standard input. */
export const FIVE_CHECKS = "commands/bench/five-checks.ts";

/** What {@link FIVE_CHECKS} is told. */
export interface FiveChecks {
  readonly plan: ClusterPlan;
  readonly first: FirstCluster;
}

/** What it answers, as the last line of its standard output: how long the chapter took, in seconds. */
export const checksAnswer = z.strictObject({ lesson: z.number() });
