import { isDeepStrictEqual } from "node:util";
import { diffArrays } from "diff";
import { normalise } from "../evidence/normalise.ts";
import type { Step } from "../evidence/transcript.ts";
import type { ClaimRecord } from "../record.ts";

/** In what a claim's record differs from another. */
export function differenceOf(
  record: ClaimRecord,
  other: ClaimRecord | undefined,
): "outcome" | "observation" | "none" {
  if (!other) return "none";
  if (record.outcome !== other.outcome) return "outcome";
  return isDeepStrictEqual(record.observed, other.observed) ? "none" : "observation";
}

/**
 * The lines of each step's output, counted from 0, that the steps of another run do not have; what is otherwise in every
 * run, an address or the end of a Pod's name, does not count.
 */
export function differingLines(steps: readonly Step[], others: readonly Step[]): number[][] {
  const [own, theirs] = [comparable(steps), comparable(others)];
  return own.map(({ lines }, index) => {
    const counterpart = theirs[index]?.lines ?? [];
    const marked: number[] = [];
    let line = 0;
    for (const { added, removed, value } of diffArrays(counterpart, lines)) {
      if (removed) continue;
      if (added) marked.push(...value.map((_, offset) => line + offset));
      line += value.length;
    }
    return marked;
  });
}

/** How Kubernetes ends the names that it makes up, without vowels so that no word comes of it: Pods and templates. */
const GENERATED =
  /-(?:[bcdf-hj-np-tv-z2456789]{8,10}-)?[bcdf-hj-np-tv-z2456789]{5}\b|-[bcdf-hj-np-tv-z2456789]{8,10}\b/g;

/** When a file was made, as ls tells it. */
const LISTED_AT = /\b[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d\b/g;

function comparable(steps: readonly Step[]): { lines: string[] }[] {
  const seen = new Map<string, number>();
  return steps.map(({ output }) => ({
    lines: normalise(output, seen)
      .replaceAll(GENERATED, "-<generated>")
      .replaceAll(LISTED_AT, "<time>")
      .replaceAll(/ +/g, " ")
      .split("\n"),
  }));
}
