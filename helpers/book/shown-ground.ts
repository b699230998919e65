import type { BookGround } from "./model.ts";

/**
 * What a page shows unless another ground is asked for: the version that a reader gets who asks for none, else the newest;
 * real k3s before a stand-in; and where there are several, what most was recorded on.
 */
export function shownGround(grounds: readonly BookGround[], wanted: string): string | undefined {
  const rank = ({ head: { distribution, kubernetes, recordedAt } }: BookGround) => {
    const [, major = 0, minor = 0, patch = 0] = (/v(\d+)\.(\d+)\.(\d+)/.exec(kubernetes) ?? []).map(Number);
    const isWanted = kubernetes === wanted || kubernetes.startsWith(`${wanted}+`);
    return [isWanted, major, minor, patch, distribution === "k3s", Object.keys(recordedAt).length].map(
      Number,
    );
  };
  return grounds.toSorted((a, b) => compareRanks(rank(b), rank(a)))[0]?.name;
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, index) => value !== b[index]);
  return differing < 0 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}
