import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bootFirstCluster, type FirstCluster } from "../helpers/cluster/clusters.ts";
import { askOn } from "../helpers/cluster/existing/confirm.ts";
import { openExisting } from "../helpers/cluster/existing/open.ts";
import { addOnsOf, notOnExisting, sharingOf } from "../helpers/cluster/needs.ts";
import {
  type ClusterPlan,
  type NodeChoice,
  nodeOf,
  planClusters,
  type PlanOptions,
} from "../helpers/cluster/plan.ts";
import { openEngine } from "../helpers/engine/engine.ts";
import { mayInstall } from "../helpers/engine/install.ts";
import { withCleanup } from "../helpers/engine/signals.ts";
import { untilSilent } from "../helpers/engine/silence.ts";
import { engineTrouble } from "../helpers/engine/trouble.ts";
import { checkImageOptions } from "../helpers/images/options.ts";
import { cacheFolder } from "../helpers/paths.ts";
import { Problem } from "../helpers/problem.ts";
import { lineProgress } from "../helpers/progress.ts";
import { thisRun } from "../helpers/run.ts";
import type { ExistingChoice } from "./existing.ts";

/** What a run of chapters works with: what Vitest provides to them. */
export interface Clusters {
  /** How further clusters are booted; there is none where the cluster is not ours. */
  readonly plan: ClusterPlan | undefined;
  readonly first: FirstCluster;
}

/** What a command asks of {@link withClusters}. */
interface ClusterOptions {
  readonly keep: boolean;
  readonly chapters: readonly string[];
  /** Which node is wanted; what the environment says unless given. */
  readonly node?: NodeChoice;
  /** How to go about a cluster that is not ours; commands without it only use their own. */
  readonly existing?: ExistingChoice;
}

/**
 * Boots the clusters of these chapters, or opens the one that the user has, hands them to `work` with the chapters that
 * can be told there, and removes everything again: also after an error or a signal.
 */
export async function withClusters(
  options: ClusterOptions,
  work: (clusters: Clusters, chapters: readonly string[]) => Promise<void>,
): Promise<void> {
  // A wrong value is told before anything is started.
  if (sharingOf(process.env) === "existing") return withExisting(options, work);
  if (options.existing?.context !== undefined || options.existing?.yes) {
    throw new Problem(
      "--context and --yes are for an existing cluster",
      "Leave them out, or set CLUSTER=existing.",
    );
  }
  const node = options.node ?? nodeOf(process.env);
  await withEngine(options, async (boot) => {
    const plan = await planClusters({ ...boot, keep: options.keep, node }, addOnsOf(options.chapters));
    const first = await boot.progress.step(`Booting ${plan.node.description}`, () =>
      bootFirstCluster(plan, options.chapters),
    );
    await work({ plan, first }, options.chapters);
    if (!options.keep) return;
    await boot.engine.keep();
    tellKept(plan, first, boot.engine.dockerHost);
  });
}

async function withExisting(
  { existing, keep, chapters }: ClusterOptions,
  work: (clusters: Clusters, chapters: readonly string[]) => Promise<void>,
): Promise<void> {
  if (!existing) throw notOnExisting();
  if (keep) {
    throw new Problem(
      "--keep and CLUSTER=existing don't go together: what is made in an existing cluster is always removed again",
      "Leave --keep out.",
    );
  }
  const { context, yes = false } = existing;
  await withCleanup(async (stack) => {
    const opened = await openExisting(
      { run: thisRun(), progress: lineProgress(), chapters, context, ask: askOn(yes) },
      stack,
    );
    await work({ plan: undefined, first: { cluster: opened.cluster } }, opened.chapters);
    // Told again at the end, where it is seen.
    for (const line of opened.notRun) process.stdout.write(`NOT RUN: ${line}\n`);
  });
}

/** Opens the container engine for a run, and closes it again: also after an error or a signal. */
export async function withEngine(
  options: { readonly keep: boolean },
  work: (boot: PlanOptions) => Promise<void>,
): Promise<void> {
  checkEnvironment(process.env);
  await withCleanup(async (stack) => {
    const run = thisRun();
    const progress = lineProgress();
    const engine = stack.use(await openEngine({ run, progress, keep: options.keep }));
    const over = new AbortController();
    try {
      await Promise.race([work({ engine, run, progress }), untilSilent(engine.docker, over.signal)]);
    } catch (error) {
      throw await engineTrouble(engine, error);
    } finally {
      over.abort();
    }
  });
}

/** A wrong value is told before anything is installed or started. @throws {Problem} */
function checkEnvironment(env: NodeJS.ProcessEnv): void {
  mayInstall(env);
  sharingOf(env);
  nodeOf(env);
  checkImageOptions(env);
}

function tellKept(plan: ClusterPlan, { cluster }: FirstCluster, dockerHost: string): void {
  const folder = cacheFolder("kept");
  const files = readdirSync(folder).filter((name) => name.startsWith(`${plan.run.id}-`));
  const docker = plan.engine.private ? `DOCKER_HOST=${dockerHost} ` : "";
  process.stdout.write(
    [
      "",
      files.length === 1
        ? "The cluster keeps running. To use it:"
        : "The clusters keep running. To use one of them:",
      ...files.map((name) => `  export KUBECONFIG='${join(folder, name)}'`),
      "  kubectl get pods --all-namespaces",
      "If you have no kubectl:",
      `  ${docker}${plan.engine.name} exec -it ${cluster.nodeContainer?.slice(0, 12)} kubectl get pods --all-namespaces`,
      "To remove everything that this project has made: npm run clean",
      "",
    ].join("\n"),
  );
}
