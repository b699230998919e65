import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Book, BookChapter, BookClaim, BookGround } from "../../helpers/book/model.ts";

export type * from "../../helpers/book/model.ts";

/** The languages of the book; the first one is at the top of the site, the other under its own name. */
export const LANGUAGES = ["en", "zh"] as const;

export type Language = (typeof LANGUAGES)[number];

/** Where that is which `npm run book` put together. */
export function bookFile(): string {
  // Astro runs in this package's folder.
  return process.env["BOOK_DATA"] ?? join(process.cwd(), ".generated", "book.json");
}

/** What `npm run book` put together. */
export function readBook(): Book {
  return JSON.parse(readFileSync(bookFile(), "utf8")) as Book;
}

/** A route for each language: `/` and `/zh/`. */
export function inEachLanguage<Props extends object, Params extends object>(
  routes: readonly { params: Params; props: Props }[],
) {
  return LANGUAGES.flatMap((language) =>
    routes.map(({ params, props }) => ({
      params: { ...params, language: language === "en" ? undefined : language },
      props: { ...props, language },
    })),
  );
}

/** The address of a page, `01-pod/` say, in a language. */
export function address(language: Language, page = ""): string {
  const base = import.meta.env.BASE_URL.replace(/\/$/, "");
  return `${base}/${language === "en" ? "" : `${language}/`}${page}`;
}

/** The address of a chapter as it was seen on a ground; the one that is shown by default has no name in it. */
export function chapterAddress(language: Language, book: Book, chapter: string, ground?: string): string {
  const shown = book.chapters.find(({ id }) => id === chapter)?.shown;
  const isShownByDefault = ground === undefined || ground === shown;
  return address(language, isShownByDefault ? `${chapter}/` : `${chapter}/on/${ground}/`);
}

/** The address of a claim. */
export function claimAddress(language: Language, book: Book, id: string, ground?: string): string {
  return `${chapterAddress(language, book, chapterOf(book, id)?.id ?? "", ground)}#${id}`;
}

/** The grounds on which a chapter was recorded. */
export function groundsOf({ chapters, grounds }: Book, chapter: string): readonly BookGround[] {
  const claims = chapters.find(({ id }) => id === chapter)?.claims ?? [];
  return grounds.filter(({ name }) => claims.some(({ seen }) => seen[name] !== undefined));
}

/** The chapter that states a claim. */
export function chapterOf({ chapters }: Book, claim: string): BookChapter | undefined {
  return chapters.find(({ claims }) => claims.some(({ id }) => id === claim));
}

/** The claims of these ids. */
export function claimsOf({ chapters }: Book, ids: readonly string[]): BookClaim[] {
  const all = chapters.flatMap(({ claims }) => claims);
  return ids.flatMap((id) => all.find((claim) => claim.id === id) ?? []);
}
