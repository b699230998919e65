import type { Bilingual } from "../chapter/claim.ts";
import { Problem } from "../problem.ts";
import type { BookChapter } from "./model.ts";

const CHINESE = /\p{Script=Han}/u;

/**
 * A book has no page that is half in one language.
 * @throws {Problem} naming every text without its English or its Chinese half
 */
export function checkBilingual(chapters: readonly BookChapter[]): void {
  const texts = chapters.flatMap(({ id, title, intro, claims }): [string, Bilingual][] => [
    [`the title of ${id}`, title],
    [`the beginning of ${id}`, intro],
    ...claims.flatMap((claim): [string, Bilingual][] => [
      [`the statement of ${claim.id}`, claim.statement],
      ...(claim.because ? [[`the reason of ${claim.id}`, claim.because] as [string, Bilingual]] : []),
    ]),
  ]);
  const halves = texts.flatMap(([what, { en, zh }]) => [
    ...(en.trim() === "" ? [`${what} has no English`] : []),
    ...(CHINESE.test(zh) ? [] : [`${what} has no Chinese`]),
  ]);
  if (halves.length === 0) return;
  throw new Problem(
    `the book would have gaps in one language: ${halves[0]}${halves.length > 1 ? `, and ${halves.length - 1} more` : ""}`,
    "Write the missing half in the chapter's file.",
    { details: halves.slice(0, 20) },
  );
}
