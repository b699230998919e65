import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bootFirstCluster, type FirstCluster } from "../helpers/cluster/clusters.ts";
import { addOnsOf, sharingOf } from "../helpers/cluster/needs.ts";
import {
  type ClusterPlan,
  type NodeChoice,
  nodeOf,
  planClusters,
  type PlanOptions,
} from "../helpers/cluster/plan.ts";
import { openEngine } from "../helpers/engine/engine.ts";
import { withCleanup } from "../helpers/engine/signals.ts";
import { cacheFolder } from "../helpers/paths.ts";
import { lineProgress } from "../helpers/progress.ts";
import { thisRun } from "../helpers/run.ts";

/** What a run of chapters works with: what Vitest provides to them. */
export interface Clusters {
  readonly plan: ClusterPlan;
  readonly first: FirstCluster;
}

/** Boots the clusters of these chapters, hands them to `work`, and removes them again: also after an error or a signal. */
export async function withClusters(
  options: {
    readonly keep: boolean;
    readonly chapters: readonly string[];
    /** What the environment says unless given. */
    readonly node?: NodeChoice;
  },
  work: (clusters: Clusters) => Promise<void>,
): Promise<void> {
  // A wrong value is told before anything is started.
  sharingOf(process.env);
  const node = options.node ?? nodeOf(process.env);
  await withEngine(options, async (boot) => {
    const plan = await planClusters({ ...boot, keep: options.keep, node }, addOnsOf(options.chapters));
    const first = await boot.progress.step(`Booting ${plan.node.description}`, () =>
      bootFirstCluster(plan, options.chapters),
    );
    await work({ plan, first });
    if (!options.keep) return;
    await boot.engine.keep();
    tellKept(plan, first, boot.engine.dockerHost);
  });
}

/** Opens the container engine for a run, and closes it again: also after an error or a signal. */
export async function withEngine(
  options: { readonly keep: boolean },
  work: (boot: PlanOptions) => Promise<void>,
): Promise<void> {
  await withCleanup(async (stack) => {
    const run = thisRun();
    const progress = lineProgress();
    const engine = stack.use(await openEngine({ run, progress, keep: options.keep }));
    await work({ engine, run, progress });
  });
}

function tellKept(plan: ClusterPlan, { cluster }: FirstCluster, dockerHost: string): void {
  const folder = cacheFolder("kept");
  const files = readdirSync(folder).filter((name) => name.startsWith(`${plan.run.id}-`));
  const docker = plan.engine.private ? `DOCKER_HOST=${dockerHost} ` : "";
  process.stdout.write(
    [
      "",
      files.length === 1
        ? "The cluster stays up. To play with it:"
        : "The clusters stay up. To play with one of them:",
      ...files.map((name) => `  export KUBECONFIG='${join(folder, name)}'`),
      "  kubectl get pods --all-namespaces",
      "Without kubectl of your own:",
      `  ${docker}docker exec -it ${cluster.nodeContainer.slice(0, 12)} kubectl get pods --all-namespaces`,
      "To remove everything of ours: npm run clean",
      "",
    ].join("\n"),
  );
}
