import { provideClusterImages } from "../helpers/cluster/boot.ts";
import { commandLine, main } from "./command.ts";
import { ENVIRONMENT } from "./environment.ts";
import { withEngine } from "./with-cluster.ts";

await main(async () => {
  commandLine("setup", "Has the container engine and every image ready; quick when they are.")
    .addHelpText("after", ENVIRONMENT)
    .parse();
  await withEngine({ keep: false }, async (boot) => {
    const { nodeImage, images } = await provideClusterImages(boot);
    for (const { description } of [nodeImage, ...images]) boot.progress.note(`✓ ${description}`);
  });
});
