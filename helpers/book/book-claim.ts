import type { Bilingual } from "../chapter/claim.ts";
import type { ClaimDefinition } from "../chapter/definitions.ts";
import type { Step } from "../evidence/transcript.ts";
import { changeOf } from "../ledger/matrix.ts";
import type { ClaimRecord } from "../record.ts";
import { differingLines } from "./differences.ts";
import { excerptsOf } from "./excerpts.ts";
import type { BookChapter, BookClaim, BookStep, Seen } from "./model.ts";
import { onlyIn, phrase } from "./phrases.ts";
import { picturesOf } from "./pictures.ts";

/** What was recorded of a claim, ground by ground. */
type Told = readonly { readonly ground: string; readonly record: ClaimRecord }[];

/** A claim as the book tells it: what its chapter says, and what was seen. */
export function bookClaim(
  claim: ClaimDefinition,
  told: Told,
  shownGround: string | undefined,
  manifests: BookChapter["manifests"],
  code: string,
): BookClaim {
  const { manifestLines, line, ...stated } = claim;
  const shown = told.find(({ ground }) => ground === shownGround)?.record;
  return {
    ...stated,
    excerpts: excerptsOf(manifestLines, shown?.steps ?? [], manifests),
    code: { first: line, last: lastLineOf(code, line) },
    seen: Object.fromEntries(
      told.map(({ ground, record }) => [ground, bookSeen(record, claim.statement, shown)]),
    ),
  };
}

function bookSeen(record: ClaimRecord, statement: Bilingual, shown: ClaimRecord | undefined): Seen {
  const differs = shown && changeOf([record, shown]);
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

/** A step as the book tells it, with the lines that are marked. */
export function bookStep(step: Step, marked: readonly number[]): BookStep {
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
