import type { Results } from "../bench/results.ts";
import { chapterFile, wordOfChapter } from "../chapters.ts";
import type { ChapterDefinition } from "../chapter/definitions.ts";
import type { Recording } from "../ledger/files.ts";
import { groundName } from "../ledger/ledger.ts";
import { MANIFESTS } from "../manifest.ts";
import type { RunRecord } from "../record.ts";
import { checkBilingual } from "./bilingual.ts";
import { bookClaim, bookStep } from "./book-claim.ts";
import { comparisonIn } from "./comparison.ts";
import type { Book, BookChapter, BookGround } from "./model.ts";
import { shownGround } from "./shown-ground.ts";
import { tellStory } from "./story.ts";

/** What a book is made from. */
export interface Sources {
  readonly chapters: readonly ChapterDefinition[];
  readonly recordings: readonly Recording[];
  /** The text of a file, by its path from the top of the checkout. */
  readonly read: (file: string) => string;
  /** The version of Kubernetes that a reader gets who asks for none: its recording is shown by default. */
  readonly kubernetes: string;
  /** What npm run bench measured, as far as it was recorded. */
  readonly bench: Results;
}

/** A recording that has its transcript. */
interface Recorded extends BookGround {
  readonly transcript: RunRecord;
}

/**
 * Puts the chapters and the recordings together. Outcomes and transcripts come from recordings alone.
 * @throws {Problem} when some text has no Chinese half
 */
export function makeBook({ chapters, recordings, read, kubernetes, bench }: Sources): Book {
  const recorded: Recorded[] = recordings.flatMap(({ ledger, transcript }) =>
    transcript ? [{ name: groundName(ledger.head), head: ledger.head, transcript }] : [],
  );
  const grounds = recorded.map(({ name, head }) => ({ name, head }));
  const told = chapters.map((chapter) => bookChapter(chapter, recorded, { read, kubernetes }));
  checkBilingual(told);
  return {
    chapters: told,
    grounds,
    story: tellStory(told, grounds),
    comparison: comparisonIn(told),
    bench,
  };
}

function bookChapter(
  definition: ChapterDefinition,
  recorded: readonly Recorded[],
  { read, kubernetes }: Pick<Sources, "read" | "kubernetes">,
): BookChapter {
  const { id, title, intro, claims } = definition;
  const file = chapterFile(id);
  const code = read(file);
  const manifests = [...definition.manifests, ...definition.later].map((name) => ({
    file: `${MANIFESTS}/${name}`,
    text: read(`${MANIFESTS}/${name}`),
    later: definition.later.includes(name),
  }));
  const records = recorded.flatMap((ground) => {
    const record = ground.transcript.chapters.find((chapter) => chapter.id === id);
    return record ? [{ ground, record }] : [];
  });
  const shown = shownGround(
    records.map(({ ground }) => ground),
    kubernetes,
  );
  return {
    id,
    word: wordOfChapter(id),
    title,
    intro,
    manifests,
    file,
    code,
    claims: claims.map((claim) => {
      const told = records.flatMap(({ ground, record }) => {
        const found = record.claims.find((one) => one.id === claim.id);
        return found ? [{ ground: ground.name, record: found }] : [];
      });
      return bookClaim(claim, told, shown, manifests, code);
    }),
    shown,
    preludes: Object.fromEntries(
      records.map(({ ground, record }) => [ground.name, record.prelude.map((step) => bookStep(step, []))]),
    ),
  };
}
