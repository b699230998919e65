import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { PROJECT_ROOT } from "../paths.ts";
import { Problem } from "../problem.ts";
import { RECORD_SCHEMA, type RunRecord, runRecord } from "../record.ts";
import { writeWhole } from "../whole-file.ts";
import { groundName, type Ledger, LEDGER_SCHEMA, type LedgerGround, ledgerSchema } from "./ledger.ts";

/** Where recordings are kept. */
export const LEDGER_FOLDER = join(PROJECT_ROOT, "ledger");

const TRANSCRIPT = ".transcript.json";

/** Where a ground's ledger is, or would be. */
export function ledgerFile(ground: LedgerGround, folder: string = LEDGER_FOLDER): string {
  return join(folder, `${groundName(ground)}.json`);
}

function transcriptOf(ledger: string): string {
  return `${ledger.slice(0, -".json".length)}${TRANSCRIPT}`;
}

/** A recording: the ledger and, where it was kept, the transcript that a reader sees. */
export interface Recording {
  readonly ledger: Ledger;
  readonly transcript: RunRecord | undefined;
}

/**
 * All ledgers in a folder, in the order of their names; none when there is no such folder.
 * @throws {Problem} when one can't be read
 */
export function readLedgers(folder: string = LEDGER_FOLDER): Ledger[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && !name.endsWith(TRANSCRIPT))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((name) => readLedger(join(folder, name)));
}

/** One ledger. @throws {Problem} when it is missing, broken, newer than this program, or has something twice */
export function readLedger(file: string): Ledger {
  return parseFile(file, ledgerSchema, LEDGER_SCHEMA);
}

/** The transcript beside a ledger, if it was kept. @throws {Problem} when it can't be read */
export function readTranscript(ledger: string): RunRecord | undefined {
  const file = transcriptOf(ledger);
  return existsSync(file) ? parseFile(file, runRecord, RECORD_SCHEMA) : undefined;
}

/** What was recorded of a ground before, if anything. @throws {Problem} when it can't be read */
export function readRecording(ground: LedgerGround, folder: string = LEDGER_FOLDER): Recording | undefined {
  const file = ledgerFile(ground, folder);
  return existsSync(file) ? { ledger: readLedger(file), transcript: readTranscript(file) } : undefined;
}

/** Writes a recording in place of the one before; gives the ledger's file. Never leaves half a file. */
export function writeRecording({ ledger, transcript }: Recording, folder: string = LEDGER_FOLDER): string {
  const file = ledgerFile(ledger.head, folder);
  mkdirSync(folder, { recursive: true });
  if (transcript) writeWhole(transcriptOf(file), textOf(transcript));
  writeWhole(file, textOf(ledger));
  return file;
}

function textOf(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

function parseFile<T>(file: string, schema: z.ZodType<T>, version: number): T {
  const name = basename(file);
  const restore = "Restore it with git, or record it again: npm test -- chapters/ --record";
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
      throw new Problem(`there is no ledger ${file}`, "npm run claims lists what was recorded.", { cause });
    }
    throw new Problem(`${name} can't be read: ${(cause as Error).message}`, restore, { cause });
  }
  const written = z.looseObject({ schema: z.number() }).safeParse(value).data?.schema;
  if (written !== undefined && written > version) {
    throw new Problem(
      `${name} was written by a newer version of this program (schema ${written}; this version knows ${version})`,
      "Use that version: git pull, then npm ci.",
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Problem(`${name} is not as expected`, restore, {
    details: z.prettifyError(parsed.error).split("\n").slice(0, 10),
  });
}
