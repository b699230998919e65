import { rmSync } from "node:fs";
import { join } from "node:path";
import { removeEverything } from "../helpers/engine/clean.ts";
import { removeAbandoned } from "../helpers/images/scratch.ts";
import { cacheFolder } from "../helpers/paths.ts";
import { lineProgress } from "../helpers/progress.ts";
import { removeLink } from "../helpers/vm/machine.ts";
import { commandLine, main } from "./command.ts";

await main(async () => {
  commandLine(
    "clean",
    "Removes every container, network, volume, image, process and file of ours, kept clusters included.",
  ).parse();
  const progress = lineProgress();
  await removeEverything({ progress });
  await removeLink();
  const folder = cacheFolder();
  // Builds that are still at work, or were left by a run that was killed.
  for (const name of ["images", "vm"]) removeAbandoned(join(folder, name), () => true);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  progress.note(`Removed ${folder}`);
});
