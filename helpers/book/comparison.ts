import { MODELS, type Question, QUESTIONS, WORDS } from "../../chapters/11-differences.words.ts";
import type { Bilingual } from "../chapter/claim.ts";
import type { BookChapter, Comparison } from "./model.ts";

/** The claim whose evidence is the table. */
const COMPARISON = "models.differ";

/** The table of the chapter on differences, out of what was seen; nothing while that was not recorded. */
export function comparisonIn(chapters: readonly BookChapter[]): Comparison | undefined {
  const chapter = chapters.find(({ claims }) => claims.some(({ id }) => id === COMPARISON));
  const claim = chapter?.claims.find(({ id }) => id === COMPARISON);
  const ground = chapter?.shown;
  const table = ground === undefined ? undefined : claim?.seen[ground]?.observed;
  if (!chapter || !claim || ground === undefined || !isTable(table)) return undefined;
  return {
    chapter: chapter.id,
    claim: claim.id,
    ground,
    models: MODELS,
    rows: QUESTIONS.flatMap((question) => {
      const row = table[question];
      if (!row) return [];
      return [
        {
          question: inBoth((words) => words.questions[question]),
          cells: MODELS.map((model) => inBoth(({ cells }) => cells[row[model] ?? ""] ?? row[model] ?? "")),
        },
      ];
    }),
    uses: MODELS.map((model) => inBoth((words) => words.uses[model])),
  };
}

type Table = Partial<Record<Question, Readonly<Record<string, string>>>>;

function isTable(value: unknown): value is Table {
  return value !== null && typeof value === "object";
}

function inBoth(text: (words: (typeof WORDS)["en"]) => string): Bilingual {
  return { en: text(WORDS.en), zh: text(WORDS.zh) };
}
