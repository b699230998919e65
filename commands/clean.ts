import { rmSync } from "node:fs";
import { removeEverything } from "../helpers/engine/clean.ts";
import { cacheFolder } from "../helpers/paths.ts";
import { lineProgress } from "../helpers/progress.ts";
import { commandLine, main } from "./command.ts";

await main(async () => {
  commandLine(
    "clean",
    "Removes every container, network, volume, image, process and file of ours, kept clusters included.",
  ).parse();
  const progress = lineProgress();
  await removeEverything({ progress });
  const folder = cacheFolder();
  rmSync(folder, { recursive: true, force: true });
  progress.note(`Removed ${folder}`);
});
