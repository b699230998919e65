import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootCluster, type BootOptions } from "../helpers/cluster/boot.ts";
import type { ClusterDescription } from "../helpers/cluster/description.ts";
import { type Engine, openEngine } from "../helpers/engine/engine.ts";
import { withCleanup } from "../helpers/engine/signals.ts";
import { cacheFolder } from "../helpers/paths.ts";
import { lineProgress } from "../helpers/progress.ts";
import { thisRun } from "../helpers/run.ts";

/** Boots a cluster, hands it to `work`, and removes it again: also after an error or a signal. */
export async function withCluster(
  options: { readonly keep: boolean },
  work: (cluster: ClusterDescription) => Promise<void>,
): Promise<void> {
  await withEngine(options, async (boot) => {
    const cluster = await bootCluster(boot);
    await work(cluster);
    if (options.keep) await keepCluster(boot.engine, cluster, boot.run.id);
  });
}

/** Opens the container engine for a run, and closes it again: also after an error or a signal. */
export async function withEngine(
  options: { readonly keep: boolean },
  work: (boot: BootOptions) => Promise<void>,
): Promise<void> {
  await withCleanup(async (stack) => {
    const run = thisRun();
    const progress = lineProgress();
    const engine = stack.use(await openEngine({ run, progress, keep: options.keep }));
    await work({ engine, run, progress });
  });
}

async function keepCluster(engine: Engine, cluster: ClusterDescription, run: string): Promise<void> {
  await engine.keep();
  const file = join(cacheFolder("kept"), `${run}.kubeconfig.yaml`);
  writeFileSync(file, cluster.kubeconfig, { mode: 0o600 });
  const docker = engine.private ? `DOCKER_HOST=${engine.dockerHost} ` : "";
  process.stdout.write(
    [
      "",
      "The cluster stays up. To play with it:",
      `  export KUBECONFIG='${file}'`,
      "  kubectl get pods --all-namespaces",
      "Without kubectl of your own:",
      `  ${docker}docker exec -it ${cluster.nodeContainer.slice(0, 12)} kubectl get pods --all-namespaces`,
      "To remove it and everything else of ours: npm run clean",
      "",
    ].join("\n"),
  );
}
