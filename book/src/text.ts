import type { BookGround, Language } from "./book.ts";
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

/** What a recording was made on: `v1.36.3 · containerd · cgroup v1`, with k3s named only where it was k3s. */
export function nameOfGround({ head }: BookGround): string {
  const { kubernetes, runtime, cgroup, distribution } = head;
  return `${distribution === "k3s" ? "k3s " : ""}${kubernetes} · ${runtime} · cgroup v${cgroup}`;
}

/** What ran there: `Kubernetes v1.36.3, offline node`. */
export function nameOfNode({ head }: BookGround, language: Language): string {
  const words = WORDS[language];
  if (head.distribution === "k3s") return `k3s ${head.kubernetes}`;
  const kind = { "offline node": words.offlineNode, existing: words.existing, custom: "custom" }[
    head.distribution
  ];
  return language === "en"
    ? `Kubernetes ${head.kubernetes}, ${kind}`
    : `Kubernetes ${head.kubernetes}，${kind}`;
}

/** The day of a recording. */
export function dayOf(iso: string, language: Language): string {
  const format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "zh-CN", {
    dateStyle: "long",
    timeZone: "UTC",
  });
  return format.format(new Date(iso));
}
