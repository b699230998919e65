import type { Results } from "../bench/results.ts";
import type { Bilingual } from "../chapter/claim.ts";
import type { ClaimDefinition, ManifestLines } from "../chapter/definitions.ts";
import type { LedgerHead } from "../ledger/ledger.ts";
import type { Outcome } from "../chapter/outcome.ts";
import type { Step } from "../evidence/transcript.ts";
import type { Picture } from "./pictures.ts";
import type { Story } from "./story.ts";

/** Everything that the book's pages are made of: plain data, from the chapters' files and the recordings alone. */
export interface Book {
  readonly chapters: readonly BookChapter[];
  /** What was recorded on, from the oldest version of Kubernetes to the newest. */
  readonly grounds: readonly BookGround[];
  readonly story: Story;
  readonly comparison: Comparison | undefined;
  /** How fast it is, as it was measured: a part that was not is missing. */
  readonly bench: Results;
}

/** What a recording was made on. */
export interface BookGround {
  /** As its files are called, and its pages: `offline-node-v1.36.3-containerd-cgroup-v1`. */
  readonly name: string;
  readonly head: LedgerHead;
}

export interface BookChapter {
  /** `01-pod` */
  readonly id: string;
  /** The word that runs it alone: `npm run article -- pod --keep`. */
  readonly word: string;
  readonly title: Bilingual;
  /** Markdown. */
  readonly intro: Bilingual;
  readonly manifests: readonly BookManifest[];
  /** The chapter's file, from the top of the checkout, and its text. */
  readonly file: string;
  readonly code: string;
  readonly claims: readonly BookClaim[];
  /** The ground that its page shows unless another is asked for; nothing when it was never recorded. */
  readonly shown: string | undefined;
  /** How its manifests were applied, by ground. */
  readonly preludes: Readonly<Record<string, readonly BookStep[]>>;
}

/** A manifest, as a reader applies it. */
export interface BookManifest {
  /** Its path from the top of the checkout. */
  readonly file: string;
  readonly text: string;
  /** A claim applies it, not the chapter's beginning. */
  readonly later: boolean;
}

/** A claim as its chapter states it, and what was seen of it. */
export interface BookClaim extends Omit<ClaimDefinition, "manifestLines" | "line"> {
  /** The objects of the manifests that it speaks of, with the lines that matter. */
  readonly excerpts: readonly Excerpt[];
  /** The lines of the chapter's file that state it. */
  readonly code: { readonly first: number; readonly last: number };
  /** What was seen, by ground; nothing where it was not recorded. */
  readonly seen: Readonly<Record<string, Seen>>;
}

/** One object of a manifest. */
export interface Excerpt extends ManifestLines {
  /** Its tests change these lines, or what is under them; else they are only where the object is named. */
  readonly decisive: boolean;
  readonly text: string;
}

/** What one run saw of a claim. */
export interface Seen {
  readonly outcome: Outcome;
  readonly expected: "holds" | "refuted";
  /** Why there is no verdict. */
  readonly reason?: string;
  /** What was judged, normalised. */
  readonly observed?: unknown;
  readonly steps: readonly BookStep[];
  readonly pictures: readonly Picture[];
  /** The statement as it was when it was recorded, where it reads otherwise today. */
  readonly askedAs?: Bilingual;
  /** In what it differs from the ground that pages show by default; nothing where that has no record of it. */
  readonly differs?: "outcome" | "observation" | "none";
}

export interface BookStep extends Omit<Step, "command"> {
  /** The same in both languages where it is a command. */
  readonly command: Bilingual;
  /** The only language in which it is told, where it is told in each apart. */
  readonly only?: keyof Bilingual;
  /** Lines of the output that differ from those on the ground that pages show by default, counted from 0. */
  readonly marked: readonly number[];
}

/** The table of the chapter on differences. */
export interface Comparison {
  readonly chapter: string;
  readonly claim: string;
  readonly ground: string;
  readonly models: readonly string[];
  readonly rows: readonly { readonly question: Bilingual; readonly cells: readonly Bilingual[] }[];
  readonly uses: readonly Bilingual[];
}
