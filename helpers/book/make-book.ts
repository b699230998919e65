import { QUESTIONS, WORDS, MODELS, type Question } from "../../chapters/11-differences.words.ts";
import { basename } from "node:path";
import type { Bilingual } from "../chapter/claim.ts";
import type { ChapterDefinition, ClaimDefinition } from "../chapter/definitions.ts";
import { placesOf } from "../chapter/manifest-lines.ts";
import type { Step } from "../evidence/transcript.ts";
import type { Recording } from "../ledger/files.ts";
import { groundName } from "../ledger/ledger.ts";
import { MANIFESTS } from "../manifest.ts";
import type { ClaimRecord } from "../record.ts";
import { checkBilingual } from "./bilingual.ts";
import { differenceOf, differingLines } from "./differences.ts";
import type {
  Book,
  BookChapter,
  BookClaim,
  BookGround,
  BookStep,
  Comparison,
  Excerpt,
  Seen,
} from "./model.ts";
import { onlyIn, phrase } from "./phrases.ts";
import { picturesOf } from "./pictures.ts";
import { tellStory } from "./story.ts";

/** What a book is made from. */
export interface Sources {
  readonly chapters: readonly ChapterDefinition[];
  readonly recordings: readonly Recording[];
  /** The text of a file, by its path from the top of the checkout. */
  readonly read: (file: string) => string;
  /** The version of Kubernetes that a reader gets who asks for none: its recording is shown by default. */
  readonly kubernetes: string;
}

/**
 * Puts the chapters and the recordings together. Outcomes and transcripts come from recordings alone.
 * @throws {Problem} when some text has no Chinese half
 */
export function makeBook({ chapters, recordings, read, kubernetes }: Sources): Book {
  const recorded = recordings.flatMap(({ ledger, transcript }) =>
    transcript ? [{ name: groundName(ledger.head), head: ledger.head, transcript }] : [],
  );
  const byGround = recorded.map(({ name, transcript }) => ({
    name,
    chapters: new Map(transcript.chapters.map((chapter) => [chapter.id, chapter])),
  }));
  const grounds = recorded.map(({ name, head }) => ({ name, head }));
  const told = chapters.map((chapter): BookChapter => {
    const file = `chapters/${chapter.id}.test.ts`;
    const code = read(file);
    const manifests = [...chapter.manifests, ...chapter.later].map((name) => ({
      file: `${MANIFESTS}/${name}`,
      text: read(`${MANIFESTS}/${name}`),
      later: chapter.later.includes(name),
    }));
    const records = byGround.flatMap((ground) => {
      const record = ground.chapters.get(chapter.id);
      return record ? [{ ground: ground.name, ...record }] : [];
    });
    const { id, title, intro } = chapter;
    const shown = shownGround(
      grounds.filter(({ name }) => records.some(({ ground }) => ground === name)),
      kubernetes,
    );
    return {
      id,
      word: id.replace(/^\d+-/, ""),
      title,
      intro,
      manifests,
      file,
      code,
      claims: chapter.claims.map((claim) => {
        const seen = records.flatMap(({ ground, claims }) => {
          const record = claims.find((one) => one.id === claim.id);
          return record ? [{ ground, record }] : [];
        });
        return bookClaim(claim, seen, shown, manifests, code);
      }),
      shown,
      preludes: Object.fromEntries(
        records.map(({ ground, prelude }) => [ground, prelude.map((step) => bookStep(step, []))]),
      ),
    };
  });
  checkBilingual(told);
  return {
    chapters: told,
    grounds,
    story: tellStory(told, grounds),
    comparison: comparisonIn(told),
  };
}

/**
 * What a page shows unless another ground is asked for: the version that a reader gets who asks for none, else the newest;
 * real k3s before a stand-in; and where there are several, what most was recorded on.
 */
function shownGround(grounds: Book["grounds"], wanted: string): string | undefined {
  const rank = ({ head: { distribution, kubernetes, recordedAt } }: BookGround) => {
    const [, major = 0, minor = 0, patch = 0] = (/v(\d+)\.(\d+)\.(\d+)/.exec(kubernetes) ?? []).map(Number);
    const isWanted = kubernetes === wanted || kubernetes.startsWith(`${wanted}+`);
    return [isWanted, major, minor, patch, distribution === "k3s", Object.keys(recordedAt).length].map(
      Number,
    );
  };
  return grounds.toSorted((a, b) => compareRanks(rank(b), rank(a)))[0]?.name;
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, index) => value !== b[index]);
  return differing < 0 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}

type Told = readonly { readonly ground: string; readonly record: ClaimRecord }[];

function bookClaim(
  claim: ClaimDefinition,
  told: Told,
  shownGround: string | undefined,
  manifests: BookChapter["manifests"],
  code: string,
): BookClaim {
  const { id, statement, source, because, references, since, expect, mutants, line } = claim;
  const shown = told.find(({ ground }) => ground === shownGround)?.record;
  return {
    id,
    statement,
    source,
    ...(because && { because }),
    references,
    ...(since !== undefined && { since }),
    expect,
    mutants,
    excerpts: excerptsOf(claim, shown?.steps ?? [], manifests),
    code: { first: line, last: lastLineOf(code, line) },
    seen: Object.fromEntries(told.map(({ ground, record }) => [ground, bookSeen(record, statement, shown)])),
  };
}

function bookSeen(record: ClaimRecord, statement: Bilingual, shown: ClaimRecord | undefined): Seen {
  const differs = shown && differenceOf(record, shown);
  const marked = shown && differs !== "none" ? differingLines(record.steps, shown.steps) : [];
  return {
    outcome: record.outcome,
    expected: record.expected,
    ...(record.reason !== undefined && { reason: record.reason }),
    ...(record.observed !== undefined && { observed: record.observed }),
    steps: record.steps.map((step, index) => bookStep(step, marked[index] ?? [])),
    pictures: picturesOf(record.steps, record.timelines),
    ...(record.statement.en !== statement.en && { askedAs: record.statement }),
    ...(differs && { differs }),
  };
}

function bookStep(step: Step, marked: readonly number[]): BookStep {
  const { command, where, output, exitCode, duration } = step;
  const only = where === "api" ? onlyIn(command) : undefined;
  return {
    command: where === "api" ? phrase(command) : { en: command, zh: command },
    ...(only && { only }),
    where,
    output,
    exitCode,
    duration,
    marked,
  };
}

/** A chapter is formatted by Prettier: a claim ends where its bracket is closed at the beginning of a line. */
function lastLineOf(code: string, first: number): number {
  const lines = code.split("\n");
  const end = lines.findIndex((line, index) => index >= first - 1 && line === "});");
  return end < 0 ? first : end + 1;
}

/**
 * The objects whose lines the claim's mutants change, as far as its commands name them, or all where they name none; where
 * no mutant changes any, those that its commands name.
 */
function excerptsOf(
  { manifestLines }: ClaimDefinition,
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

/** The claim whose evidence is the table. */
const COMPARISON = "models.differ";

function comparisonIn(chapters: readonly BookChapter[]): Comparison | undefined {
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
