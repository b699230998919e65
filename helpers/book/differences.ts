import { diffArrays } from "diff";
import { normalise } from "../evidence/normalise.ts";
import type { Step } from "../evidence/transcript.ts";

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

/** What a line has beside what it says: owner, size and date in a listing, a number alone, how far a rollout is. */
const INCIDENTAL: ReadonlyArray<readonly [RegExp, string]> = [
  [/^([l-]\S{9} +\d+) .+? (\w+ -> )/gm, "$1 $2"],
  [/\/proc\/\d{2,}\//g, "/proc/<pid>/"],
  [/^\d+$/gm, "<number>"],
  [/^Waiting for .+$/gm, "<waiting>"],
];

const NAMESPACE = /\b(\w+):\[(\d+)\]/g;

function comparable(steps: readonly Step[]): { lines: string[] }[] {
  const seen = new Map<string, number>();
  const namespaces = new Map<string, string[]>();
  return steps.map(({ output }) => {
    // By kind: else one more namespace of a kind would give all after it other numbers.
    const numbered = output.replaceAll(NAMESPACE, (_, kind: string, inode: string) => {
      const known = namespaces.get(kind) ?? [];
      if (!known.includes(inode)) namespaces.set(kind, [...known, inode]);
      return `${kind}:<${namespaces.get(kind)?.indexOf(inode)}>`;
    });
    let text = normalise(numbered, seen).replaceAll(GENERATED, "-<generated>").replaceAll(/ +/g, " ");
    for (const [pattern, replacement] of INCIDENTAL) text = text.replaceAll(pattern, replacement);
    return { lines: text.split("\n") };
  });
}
