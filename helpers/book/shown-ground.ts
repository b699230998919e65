import type { BookGround } from "./model.ts";

/**
 * What a page shows unless another ground is asked for: the version that a reader gets who asks for none, else the newest;
 * real k3s before a stand-in; and where there are several, what most was recorded on.
 */
export function shownGround(grounds: readonly BookGround[], wanted: string): string | undefined {
  const isWanted = ({ kubernetes }: BookGround["head"]) =>
    kubernetes === wanted || kubernetes.startsWith(`${wanted}+`);
  const isK3s = ({ distribution }: BookGround["head"]) => distribution === "k3s";
  const recorded = ({ recordedAt }: BookGround["head"]) => Object.keys(recordedAt).length;
  const [best] = grounds.toSorted(
    ({ head: a }, { head: b }) =>
      Number(isWanted(b)) - Number(isWanted(a)) ||
      versionOf(b).localeCompare(versionOf(a), "en", { numeric: true }) ||
      Number(isK3s(b)) - Number(isK3s(a)) ||
      recorded(b) - recorded(a),
  );
  return best?.name;
}

/** Kubernetes' own version, `v1.36.3` of k3s' `v1.36.3+k3s1`. */
function versionOf({ kubernetes }: BookGround["head"]): string {
  return kubernetes.split("+")[0] ?? kubernetes;
}
