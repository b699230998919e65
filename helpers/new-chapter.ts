import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chapterFile, chapterIds, wordOfChapter } from "./chapters.ts";
import { MANIFESTS } from "./manifest.ts";
import { PROJECT_ROOT } from "./paths.ts";
import { Problem } from "./problem.ts";

/** Where the template is: a chapter and its manifest, with {{id}}, {{name}} and {{prefix}} to be filled in. */
const TEMPLATE = join(PROJECT_ROOT, "fixtures", "new-chapter");

/**
 * Writes a chapter with one claim, and its manifest, under the next number; gives the paths of both from the top folder.
 * @throws {Problem} when a chapter can't be called so, or there is one
 */
export function newChapter(name: string): { id: string; files: [string, string] } {
  // It becomes a namespace, the end of a file's name, and the beginning of ids.
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(name) || name.endsWith("-")) {
    throw new Problem(
      `a chapter can't be called "${name}"`,
      "Use lower-case letters, digits and hyphens, as in init-containers.",
    );
  }
  const ids = chapterIds();
  const known = ids.find((id) => wordOfChapter(id) === name);
  if (known) throw new Problem(`there is a chapter ${known} already`, "Choose another name.");
  const number = Math.max(0, ...ids.map((id) => Number(/^\d+/.exec(id)?.[0] ?? 0))) + 1;
  const id = `${String(number).padStart(2, "0")}-${name}`;
  const values: Record<string, string> = { id, name, prefix: name.replaceAll("-", "") };
  const fill = (template: string) =>
    readFileSync(join(TEMPLATE, template), "utf8").replaceAll(
      /\{\{(\w+)\}\}/g,
      (_, key: string) => values[key] ?? "",
    );
  const files: [string, string] = [chapterFile(id), `${MANIFESTS}/${id}.yaml`];
  const taken = files.find((file) => existsSync(join(PROJECT_ROOT, file)));
  if (taken) throw new Problem(`${taken} already exists`, "Move it away, or choose another name.");
  writeFileSync(join(PROJECT_ROOT, files[0]), fill("chapter.txt"));
  writeFileSync(join(PROJECT_ROOT, files[1]), fill("manifest.txt"));
  return { id, files };
}
