import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { PROJECT_ROOT } from "./paths.ts";
import { Problem } from "./problem.ts";

const ENDING = ".test.ts";

/** The ids of all chapters, in reading order: `01-pod`, `02-pause`, … */
export function chapterIds(): string[] {
  return readdirSync(join(PROJECT_ROOT, "chapters"))
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .sort();
}

/**
 * The ids of the chapters that somebody named, by id, by the id without its number, or by the number alone.
 * @throws {Problem} naming the chapters there are
 */
export function chaptersNamed(names: readonly string[]): string[] {
  const all = chapterIds();
  return names.map((name) => {
    const found = all.find((id) => [id, wordOfChapter(id), numberOfChapter(id)].includes(name));
    if (!found) throw new Problem(`there is no chapter "${name}"`, `The chapters are: ${all.join(", ")}.`);
    return found;
  });
}

/** The id of a chapter without its number, `pod` for `01-pod`: it names it as well. */
export function wordOfChapter(id: string): string {
  return id.replace(/^\d+-/, "");
}

/** `01` for `01-pod`. */
function numberOfChapter(id: string): string {
  return id.replace(/-.*$/, "");
}

/** The file of a chapter, from the top of the checkout. */
export function chapterFile(id: string): string {
  return `chapters/${id}${ENDING}`;
}

/** The chapter that a file holds: `01-pod` for `…/chapters/01-pod.test.ts`. */
export function chapterOfFile(file: string): string {
  return basename(file, ENDING);
}
