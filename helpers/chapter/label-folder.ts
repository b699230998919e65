import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDead, type Run, runLabels, runOfLabels } from "../run.ts";

/** The file in each folder, for `--label-file`: so the command that a reader is shown stays short. */
export const LABEL_FILE = "run.labels";

/**
 * The folder `name` below `parent`, for commands that make containers for `run`: it has the run's labels in a file, and
 * an empty configuration for the engine's command line, which Podman misses where DOCKER_CONFIG names the folder.
 * What runs that are dead left there is removed.
 */
export function labelFolder(parent: string, name: string, run: Run): string {
  for (const other of readdirSync(parent)) {
    const owner = ownerOf(join(parent, other));
    if (owner && isDead(owner)) rmSync(join(parent, other), { recursive: true, force: true });
  }
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const labels = Object.entries(runLabels(run)).map(([label, value]) => `${label}=${value}\n`);
  writeFileSync(join(folder, LABEL_FILE), labels.join(""));
  writeFileSync(join(folder, "config.json"), "{}\n");
  return folder;
}

/** The run that made a folder, or undefined when it has no labels (yet). */
function ownerOf(folder: string): Run | undefined {
  try {
    const lines = readFileSync(join(folder, LABEL_FILE), "utf8").trim().split("\n");
    return runOfLabels(Object.fromEntries(lines.map((line) => line.split("="))));
  } catch {
    return undefined;
  }
}
