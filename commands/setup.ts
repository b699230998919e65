import { provideClusterImages } from "../helpers/cluster/boot.ts";
import { openEngine } from "../helpers/engine/engine.ts";
import { withCleanup } from "../helpers/engine/signals.ts";
import { lineProgress } from "../helpers/progress.ts";
import { thisRun } from "../helpers/run.ts";
import { commandLine, main } from "./command.ts";
import { ENVIRONMENT } from "./environment.ts";

await main(async () => {
  commandLine("setup", "Has the container engine and every image ready; quick when they are.")
    .addHelpText("after", ENVIRONMENT)
    .parse();
  await withCleanup(async (stack) => {
    const run = thisRun();
    const progress = lineProgress();
    const engine = stack.use(await openEngine({ run, progress }));
    const { nodeImage, images } = await provideClusterImages({ engine, run, progress });
    for (const { description } of [nodeImage, ...images]) progress.note(`✓ ${description}`);
  });
});
