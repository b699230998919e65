import { fits } from "../../helpers/chapter/expectation.ts";
import { DISTRIBUTIONS } from "../../helpers/report/text.ts";
import type { BookChapter, BookClaim, BookGround, Language } from "./book.ts";
import { WORDS } from "./words.ts";

/** How many signs of a statement stand in a table of contents; a Chinese sign is twice as wide. */
const SHORT: Readonly<Record<Language, number>> = { en: 56, zh: 28 };

/** The beginning of a statement. */
export function shorten(text: string, language: Language): string {
  const signs = [...text];
  if (signs.length <= SHORT[language]) return text;
  const cut = signs.slice(0, SHORT[language]).join("");
  const atWord = language === "en" ? cut.replace(/[\s,;:]+\S*$/, "") : cut;
  return `${atWord}…`;
}

/**
 * What a recording was made on: `v1.36.3 · containerd · cgroup v1`; k3s, and what is neither k3s nor the offline node, by
 * name. A chapter that asks the engine itself has its name in place of the runtime's.
 */
export function nameOfGround({ head }: BookGround, language: Language, chapter?: BookChapter): string {
  const { kubernetes, runtime, cgroup, distribution, engine } = head;
  const prefix = distribution === "offline node" ? "" : `${DISTRIBUTIONS[language][distribution]} `;
  const ran = chapter && asksEngine(chapter) && engine ? `${engine.name} ${engine.version}` : runtime;
  return `${prefix}${kubernetes} · ${ran} · cgroup v${cgroup}`;
}

/** The same among these grounds: what all of them have in common is left out. */
export function shortNameOfGround(
  { head }: BookGround,
  grounds: readonly BookGround[],
  language: Language,
): string {
  const differs = (of: (other: BookGround["head"]) => unknown) =>
    new Set(grounds.map((ground) => of(ground.head))).size > 1;
  return [
    ...(differs(({ distribution }) => distribution) ? [DISTRIBUTIONS[language][head.distribution]] : []),
    head.kubernetes,
    ...(differs(({ runtime }) => runtime) ? [head.runtime] : []),
    ...(differs(({ cgroup }) => cgroup) ? [`cgroup v${head.cgroup}`] : []),
  ].join(" · ");
}

/** Whether a chapter's containers are made with the engine alone. */
function asksEngine({ manifests }: BookChapter): boolean {
  return manifests.length === 0;
}

/** The outcomes that a chapter expects where nothing was recorded yet, such as with another runtime. */
export function expectedElsewhere(
  { expect }: BookClaim,
  grounds: readonly BookGround[],
  language: Language,
): string[] {
  if (typeof expect === "string") return [];
  const words = WORDS[language];
  // A version that was not recorded is no kind of cluster that was not.
  return expect.flatMap(({ outcome, from: _from, before: _before, ...where }) => {
    const { runtime, engine, cgroup } = where;
    const named = [runtime ?? engine, cgroup && `cgroup v${cgroup}`]
      .filter((part) => part !== undefined)
      .join(" + ");
    const isRecorded = grounds.some(({ head }) => fits(where, head));
    return isRecorded || named === "" ? [] : [words.expectedElsewhere(words.outcome[outcome], named)];
  });
}

/** The day of a recording. */
export function dayOf(iso: string, language: Language): string {
  const format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "zh-CN", {
    dateStyle: "long",
    timeZone: "UTC",
  });
  return format.format(new Date(iso));
}

/** A line of Chinese goes on in the next one without the space that a browser would put there. */
export function joinLines(markdown: string, language: Language): string {
  if (language === "en") return markdown;
  return (
    markdown
      // Between Chinese and Latin there is a space everywhere.
      .replaceAll(/(\p{Script=Han})\n(?=[*_`[]*[A-Za-z0-9])/gu, "$1 ")
      .replaceAll(/([\p{Script=Han}，。；：、？！）”])\n(?=[^\n\s])/gu, "$1")
  );
}
