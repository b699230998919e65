import { basename } from "node:path";
import type { ManifestLines } from "../chapter/definitions.ts";
import { placesOf } from "../chapter/manifest-lines.ts";
import type { Step } from "../evidence/transcript.ts";
import type { BookChapter, Excerpt } from "./model.ts";

/**
 * The objects whose lines the claim's mutants change, as far as its commands name them, or all where they name none; where
 * no mutant changes any, those that its commands name.
 */
export function excerptsOf(
  manifestLines: readonly ManifestLines[],
  steps: readonly Step[],
  manifests: BookChapter["manifests"],
): Excerpt[] {
  const named = manifests.flatMap(({ file, text }) =>
    placesOf(text)
      .filter(({ first, last, name }) => isNamed(linesOf(text, first, last), name, steps))
      .map(({ first, last, nameLine }) => ({
        file: basename(file),
        first,
        last,
        lines: [nameLine],
        above: [],
        text,
      })),
  );
  const changed = manifestLines.flatMap((lines) => {
    const text = manifests.find(({ file }) => basename(file) === lines.file)?.text;
    return text === undefined ? [] : [{ ...lines, text }];
  });
  const both = changed.filter(({ file, first }) =>
    named.some((object) => object.file === file && object.first === first),
  );
  const chosen = both.length > 0 ? both : changed.length > 0 ? changed : named;
  return chosen.map((excerpt) => ({
    ...excerpt,
    decisive: changed.length > 0,
    text: linesOf(excerpt.text, excerpt.first, excerpt.last),
  }));
}

/** Whether some command speaks of an object: by its name, or by a label that is called so. */
function isNamed(object: string, name: string, steps: readonly Step[]): boolean {
  const kind = /^kind: (\w+)$/m.exec(object)?.[1];
  const commands = steps.filter(({ where }) => where !== "api").map(({ command }) => command);
  if (kind === undefined || kind === "Namespace") return false;
  // It is called like what stands behind it: only who asks for a Service means it.
  if (
    kind === "Service" &&
    !commands.some((command) => /\b(svc|services?|endpoint(slice)?s?)\b|http:/.test(command))
  )
    return false;
  return commands.some((command) =>
    command
      .split(/\s+/)
      .filter((word, index, words) => !word.startsWith("--") && words[index - 1] !== "-n")
      .some((word) => word.split(/[/=,]/).includes(name)),
  );
}

function linesOf(text: string, first: number, last: number): string {
  return text
    .split("\n")
    .slice(first - 1, last)
    .join("\n");
}
