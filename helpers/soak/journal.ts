import { createHash } from "node:crypto";
import { globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import { PROJECT_ROOT } from "../paths.ts";
import { Problem } from "../problem.ts";
import { writeWhole } from "../whole-file.ts";

/** What a soak asks, and on what: rounds count together only where all of it is the same. */
const subject = z.strictObject({
  /** What the chapters are run from, as {@link hashOfSources} gives it. */
  sources: z.string(),
  /** The node's image. */
  node: z.string(),
  chapters: z.array(z.string()),
  clusters: z.string(),
  load: z.string(),
});
type Subject = z.infer<typeof subject>;

const journalSchema = z.strictObject({
  subject,
  /** What was not as expected, round by round. */
  rounds: z.array(z.array(z.strictObject({ what: z.string(), why: z.string() }))),
});

/** What a soak has counted so far. */
export type Journal = z.infer<typeof journalSchema>;

/** What each {@link Subject} is called in an error. */
const NAMES: Record<keyof Subject, string> = {
  sources: "the sources",
  node: "the node",
  chapters: "the chapters",
  clusters: "--clusters",
  load: "--load",
};

const JOURNAL = "soak.json";

/** Begins to count anew in `folder`, of which nothing is kept. */
export function beginJournal(folder: string, subject: Subject): Journal {
  rmSync(folder, { recursive: true, force: true });
  const journal = { subject, rounds: [] };
  writeJournal(folder, journal);
  return journal;
}

const ANEW = "Leave --continue out to start a new soak.";

/** What was counted in `folder` before. @throws {Problem} when nothing was */
export function readJournal(folder: string): Journal {
  try {
    return journalSchema.parse(JSON.parse(readFileSync(join(folder, JOURNAL), "utf8")));
  } catch (cause) {
    throw new Problem(`there is no soak to go on with in ${folder}`, ANEW, { cause });
  }
}

/** Goes on with what was counted before. @throws {Problem} when that was of something else */
export function continueJournal(journal: Journal, subject: Subject): Journal {
  const differing = (Object.keys(NAMES) as (keyof Subject)[]).filter(
    (key) => String(journal.subject[key]) !== String(subject[key]),
  );
  if (differing.length === 0) return journal;
  const names = differing.map((key) => NAMES[key]).join(", ");
  throw new Problem(`the earlier soak ran something else; what differs: ${names}`, ANEW);
}

/** Keeps what was counted, whole at any moment. */
export function writeJournal(folder: string, journal: Journal): void {
  mkdirSync(folder, { recursive: true });
  writeWhole(join(folder, JOURNAL), `${JSON.stringify(journal, null, 2)}\n`);
}

/** The SHA-256 of all that the chapters of a checkout are run from, in hex: what documents them has no part in it. */
export function hashOfSources(checkout = PROJECT_ROOT): string {
  const patterns = ["{chapters,commands,fixtures,helpers}/**", "package-lock.json", "vitest.config.ts"];
  const files = globSync(patterns, { cwd: checkout, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".md"))
    .map(({ parentPath, name }) => relative(checkout, join(parentPath, name)))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) {
    const content = readFileSync(join(checkout, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
