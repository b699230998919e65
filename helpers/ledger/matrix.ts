import { isDeepStrictEqual } from "node:util";
import type { Bilingual } from "../chapter/claim.ts";
import { isUnexpected } from "../chapter/outcome.ts";
import type { Step } from "../evidence/transcript.ts";
import type { ChapterRecord, ClaimRecord } from "../record.ts";
import type { Recording } from "./files.ts";

/** What was seen of a claim in one version, or in one recording. */
export interface Cell {
  readonly outcome: ClaimRecord["outcome"];
  readonly reason?: string | undefined;
  readonly observed?: unknown;
  /** What its chapter expects there; a recording has none. */
  readonly expected?: ClaimRecord["expected"];
  readonly steps: readonly Step[];
}

/** One version, or one recording: what was seen of each claim, by its id. */
export interface Column {
  readonly title: string;
  readonly cells: ReadonlyMap<string, Cell>;
}

/** One claim over all columns. */
export interface Row {
  readonly id: string;
  readonly chapter: string;
  readonly statement: Bilingual;
  readonly because?: Bilingual;
  readonly references: readonly string[];
  /** One a column; undefined where the claim was not told. */
  readonly cells: readonly (Cell | undefined)[];
  /** What differs between the columns in which it was told: the outcome, or only what was seen. */
  readonly change: "outcome" | "observation" | "none";
  /** Nobody knew of it: some outcome is not what the chapter expects there. */
  readonly unknown: boolean;
}

/** What a run saw. */
export function columnOfRun(title: string, chapters: readonly ChapterRecord[]): Column {
  const claims = chapters.flatMap((chapter) => chapter.claims);
  return { title, cells: new Map(claims.map((claim) => [claim.id, claim])) };
}

/** What was recorded. */
export function columnOfRecording(title: string, { ledger, transcript }: Recording): Column {
  const told = new Map(
    transcript?.chapters.flatMap(({ claims }) => claims.map(({ id, steps }) => [id, steps])),
  );
  const claims = ledger.chapters.flatMap((chapter) => chapter.claims);
  return {
    title,
    cells: new Map(claims.map((claim) => [claim.id, { ...claim, steps: told.get(claim.id) ?? [] }])),
  };
}

/**
 * The claims that these chapters state, in reading order, and what became of each in every column. A claim that only a
 * recording knows has gone from its chapter, which git tells: it is left out.
 */
export function rowsOf(chapters: readonly ChapterRecord[], columns: readonly Column[]): Row[] {
  const ids = new Set<string>();
  return chapters.flatMap((chapter) =>
    chapter.claims.flatMap((claim) => {
      if (ids.has(claim.id)) return [];
      ids.add(claim.id);
      const cells = columns.map((column) => column.cells.get(claim.id));
      const { id, statement, because, references } = claim;
      return {
        id,
        chapter: chapter.id,
        statement,
        ...(because && { because }),
        references,
        cells,
        change: changeOf(cells),
        unknown: cells.some((cell) => cell !== undefined && isUnexpected(cell)),
      };
    }),
  );
}

/** Whether a claim is worth telling of: its outcome changed, or is not as expected somewhere. */
export function isNoteworthy({ change, unknown }: Row): boolean {
  return change === "outcome" || unknown;
}

/** In what those differ among whom a claim was told. */
export function changeOf(cells: readonly (Cell | undefined)[]): Row["change"] {
  const told = cells.filter((cell) => cell !== undefined);
  const [first] = told;
  if (told.some(({ outcome }) => outcome !== first?.outcome)) return "outcome";
  return told.every(({ observed }) => isDeepStrictEqual(observed, first?.observed)) ? "none" : "observation";
}
