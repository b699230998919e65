import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../helpers/paths.ts";
import { Problem } from "../helpers/problem.ts";

const ENDING = ".test.ts";

/** The ids of all chapters, in reading order: `01-pod`, `02-pause`, … */
export function chapterIds(): string[] {
  return readdirSync(join(PROJECT_ROOT, "chapters"))
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .sort();
}

/**
 * The files of the chapters that somebody named, by id or by the id without its number; all when nothing was named.
 * @throws {Problem} naming the chapters there are
 */
export function chapterFiles(names: readonly string[]): string[] {
  const all = chapterIds();
  const chosen = names.map((name) => {
    const found = all.find((id) => id === name || id.replace(/^\d+-/, "") === name);
    if (!found) throw new Problem(`there is no chapter "${name}"`, `The chapters are: ${all.join(", ")}.`);
    return found;
  });
  return (chosen.length > 0 ? chosen : all).map((id) => `chapters/${id}${ENDING}`);
}
