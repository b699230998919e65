import { chapterIds } from "../helpers/chapters.ts";
import { addOnsOf } from "../helpers/cluster/needs.ts";
import { planClusters } from "../helpers/cluster/plan.ts";
import { commandLine, main } from "./command.ts";
import { environmentHelp } from "./environment.ts";
import { withEngine } from "./with-cluster.ts";

await main(async () => {
  commandLine("setup", "Makes the container engine and every image ready; quick if they are ready already.")
    .addHelpText("after", environmentHelp("K3S_IMAGE", "KUBERNETES_VERSION"))
    .parse();
  await withEngine({ keep: false }, async (boot) => {
    const { node, images, addOnImages } = await planClusters(boot, addOnsOf(chapterIds()));
    for (const { description } of [node, ...images, ...addOnImages]) boot.progress.note(`✓ ${description}`);
  });
});
