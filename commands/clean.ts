import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cleanSharedEngine, removePrivateEngine } from "../helpers/engine/clean.ts";
import { removeAbandoned } from "../helpers/images/scratch.ts";
import { cacheFolder } from "../helpers/paths.ts";
import { lineProgress } from "../helpers/progress.ts";
import { removeLink } from "../helpers/vm/machine.ts";
import { commandLine, main } from "./command.ts";

await main(async () => {
  commandLine(
    "clean",
    "Removes every container, network, volume, image, process and file that this project has made, kept clusters included.",
  ).parse();
  const progress = lineProgress();
  const folder = cacheFolder();
  const remove = (path: string) => rmSync(path, { recursive: true, force: true, maxRetries: 10 });
  // What is largest goes first: on a disk that is full nothing else can be done before. Builds may still be at work there,
  // or were left by a run that was killed.
  for (const name of ["images", "vm"]) {
    removeAbandoned(join(folder, name), () => true);
    remove(join(folder, name));
  }
  await removePrivateEngine(progress);
  await removeLink();
  for (const name of readdirSync(folder)) remove(join(folder, name));
  // A link to a larger disk is the user's.
  if (!lstatSync(folder).isSymbolicLink()) remove(folder);
  progress.note(`Removed ${folder}`);
  // At the end: an engine that does not answer keeps nothing else from being removed.
  await cleanSharedEngine(progress);
});
