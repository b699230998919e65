import type { ClusterDescription } from "../cluster/description.ts";

/** Claims that may go without a verdict on some kind of cluster. One more than these is red. */
interface Allowance {
  readonly kind: string;
  readonly fits: (cluster: ClusterDescription) => boolean;
  readonly notAsked: readonly string[];
  readonly notObservable: readonly string[];
}

const ALLOWANCES: readonly Allowance[] = [
  {
    kind: "a node with the Docker runtime",
    fits: ({ runtime }) => runtime === "docker",
    notAsked: [],
    // dockershim tells crictl no process ids.
    notObservable: [
      ...["pause.exists", "pause.image", "pause.assembly", "pause.size", "pause.paused"],
      ...[
        "ns.net",
        "ns.ipc",
        "ns.mnt",
        "ns.pid",
        "ns.uts",
        "ns.pid-children",
        "ns.cgroup",
        "ns.user",
        "ns.share-pid",
      ],
    ],
  },
];

/** Whether a claim may end without a verdict on this cluster. */
export function mayLackVerdict(
  claim: string,
  outcome: "not asked" | "not observable",
  cluster: ClusterDescription,
): boolean {
  const list = outcome === "not asked" ? "notAsked" : "notObservable";
  return ALLOWANCES.some((allowance) => allowance.fits(cluster) && allowance[list].includes(claim));
}
