import { chapterIds } from "../chapters.ts";
import { Problem } from "../problem.ts";
import type { RunRecord } from "../record.ts";
import { LEDGER_FOLDER, readRecording, type Recording, writeRecording } from "./files.ts";
import { type Ledger, type LedgerHead, LEDGER_SCHEMA, ledgerSchema } from "./ledger.ts";

/**
 * Records a run in the ledger: the chapters that it told take the place of what was recorded of them on this ground,
 * the others stay. Gives the ledger's file.
 * @throws {Problem} when a claim ended in an error, when what stays was recorded with other images or another runtime, or
 * when what was recorded before can't be read
 */
export function recordRun(
  run: RunRecord,
  { folder = LEDGER_FOLDER, known = chapterIds() }: { folder?: string; known?: readonly string[] } = {},
): string {
  const before = readRecording(run.head, folder);
  return writeRecording(before ? merge(before, run, known) : recordingOf(run), folder);
}

/** The ledger that a run alone gives. @throws {Problem} when a claim ended in an error: that says nothing of the world */
export function ledgerOf(run: RunRecord): Ledger {
  const { boot: _, recordedAt, ...head } = run.head;
  const failed = run.chapters.flatMap(({ claims }) => claims.filter(({ outcome }) => outcome === "error"));
  if (failed.length > 0) {
    throw new Problem(
      `nothing is recorded: ${failed.map(({ id }) => id).join(", ")} ended in an error`,
      "Fix what is reported above, and run it again.",
    );
  }
  return ledgerSchema.parse({
    schema: LEDGER_SCHEMA,
    head: { ...head, recordedAt: Object.fromEntries(run.chapters.map(({ id }) => [id, recordedAt])) },
    chapters: run.chapters.map(({ id, claims }) => ({
      id,
      claims: claims.map(({ id: claim, outcome, reason, observed }) => ({
        id: claim,
        outcome,
        ...(reason !== undefined && { reason }),
        ...(observed !== undefined && { observed }),
      })),
    })),
  });
}

function recordingOf(run: RunRecord): Recording {
  return { ledger: ledgerOf(run), transcript: run };
}

function merge(before: Recording, run: RunRecord, known: readonly string[]): Recording {
  const { ledger } = recordingOf(run);
  const isKept = ({ id }: { id: string }) =>
    known.includes(id) && !run.chapters.some((chapter) => chapter.id === id);
  const kept = before.ledger.chapters.filter(isKept);
  if (kept.length === 0) return recordingOf(run);
  const difference = conflictOf(before.ledger.head, ledger.head);
  if (difference !== undefined) {
    throw new Problem(
      `${kept.map(({ id }) => id).join(", ")} were recorded with another ${difference}, so they can't be combined with what was recorded now`,
      "Record all chapters together: npm test -- chapters/ --record",
    );
  }
  const images = [...ledger.head.images];
  for (const image of before.ledger.head.images) {
    if (!images.some(({ reference }) => reference === image.reference)) images.push(image);
  }
  const dates = Object.fromEntries(kept.map(({ id }) => [id, before.ledger.head.recordedAt[id] ?? ""]));
  return {
    ledger: {
      ...ledger,
      head: { ...ledger.head, images, recordedAt: sorted({ ...dates, ...ledger.head.recordedAt }) },
      chapters: inOrder([...kept, ...ledger.chapters]),
    },
    transcript: {
      ...run,
      chapters: inOrder([...(before.transcript?.chapters.filter(isKept) ?? []), ...run.chapters]),
    },
  };
}

/** What two recordings of the same ground must have in common to be one, and have not. */
function conflictOf(a: LedgerHead, b: LedgerHead): string | undefined {
  if (a.runtimeVersion !== b.runtimeVersion) return `version of ${a.runtime}`;
  if (a.architecture !== b.architecture) return "architecture";
  const other = a.images.find((image) =>
    b.images.some(({ reference, digest }) => reference === image.reference && digest !== image.digest),
  );
  return other && `image of ${other.reference}`;
}

function inOrder<T extends { readonly id: string }>(chapters: readonly T[]): T[] {
  return chapters.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function sorted(dates: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(dates).sort(([a], [b]) => (a < b ? -1 : 1)));
}
