import stringWidth from "string-width";
import type { Language } from "./text.ts";

/** The width of a table's column of statements, with a blank on either side. */
export const STATEMENT_WIDTH = 56;

const WORDS = new Intl.Segmenter("zh", { granularity: "word" });
/** What closes something, or ends it, does not begin a line. */
const CLOSING = /^[\p{Pe}\p{Pf}\p{Po}]/u;

/** A statement for that column: the table itself wraps at spaces, which Chinese has not. */
export function inColumn(statement: string, language: Language): string {
  return language === "zh" ? wrapChinese(statement, STATEMENT_WIDTH - 2) : statement;
}

/**
 * Breaks Chinese text, which has no spaces to break it at, into lines of at most `width` columns: between words, those in
 * Latin letters included. A word that is wider stays whole.
 */
export function wrapChinese(text: string, width: number): string {
  const lines = [""];
  for (const piece of unbreakable(text)) {
    const line = `${lines.at(-1)}${piece}`;
    if (columns(line.trimEnd()) <= width) lines[lines.length - 1] = line;
    else lines.push(piece.trimStart());
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** The words, each with the punctuation that follows it, and with what Latin letters have between them but spaces. */
function unbreakable(text: string): string[] {
  const pieces: string[] = [];
  for (const { segment } of WORDS.segment(text)) {
    const last = pieces.at(-1);
    const goesOn = CLOSING.test(segment) || (/[!-~]$/.test(last ?? "") && /^[!-~]/.test(segment));
    if (last !== undefined && goesOn) pieces[pieces.length - 1] = last + segment;
    else pieces.push(segment);
  }
  return pieces;
}

/** Quotation marks are as wide as a letter or as a Chinese sign, by the terminal's font: taken for the wider. */
function columns(text: string): number {
  return stringWidth(text, { ambiguousIsNarrow: false });
}
