import { isUnexpected } from "../chapter/outcome.ts";
import type { RunRecord } from "../record.ts";

/** Something that was not as expected in one round, though the same was asked in all of them. */
export interface Flake {
  /** The claim's id; or what went wrong around the claims. */
  readonly what: string;
  readonly why: string;
}

/** How a round ended, and what it saw. */
export interface RoundResult {
  /** What its run recorded; undefined when it recorded nothing. */
  readonly record: RunRecord | undefined;
  readonly exitCode: number | undefined;
  /** The chapters that were to be told. */
  readonly chapters: readonly string[];
  /** What is there after the round and was not before: a process, say. */
  readonly left: readonly string[];
}

/** What was not as it should be in a round; nothing when all was. */
export function flakesOf({ record, exitCode, chapters, left }: RoundResult): Flake[] {
  const told = record?.chapters ?? [];
  const missing = chapters.filter((id) => !told.some((chapter) => chapter.id === id));
  const flakes: Flake[] = [
    ...told.flatMap(({ claims }) =>
      claims
        .filter(isUnexpected)
        .map(({ id, outcome, reason }) => ({ what: id, why: reason ? `${outcome}: ${reason}` : outcome })),
    ),
    ...missing.map((id) => ({ what: id, why: "no claim of this chapter was told" })),
    ...left.map((what) => ({ what: "left behind", why: what })),
  ];
  // A run that is red for a reason of its own must not pass for green.
  if (flakes.length === 0 && exitCode !== 0) {
    flakes.push({
      what: "the run",
      why: exitCode === undefined ? "ended by a signal" : `exit code ${exitCode}`,
    });
  }
  return flakes;
}

/** In how many rounds each thing was a flake, most often first. */
export function countFlakes(rounds: readonly (readonly Flake[])[]): { what: string; rounds: number[] }[] {
  const found = new Map<string, number[]>();
  for (const [index, flakes] of rounds.entries()) {
    for (const what of new Set(flakes.map((flake) => flake.what))) {
      found.set(what, [...(found.get(what) ?? []), index + 1]);
    }
  }
  return [...found]
    .map(([what, numbers]) => ({ what, rounds: numbers }))
    .sort((a, b) => b.rounds.length - a.rounds.length || (a.what < b.what ? -1 : 1));
}
