import type { ClusterDescription } from "../cluster/description.ts";
import { isAtLeast } from "./expectation.ts";

/** Claims that may go without a verdict on some kind of cluster. One more than these is red. */
interface Allowance {
  readonly fits: (cluster: ClusterDescription) => boolean;
  readonly notAsked: readonly string[];
  readonly notObservable: readonly string[];
}

export const ALLOWANCES: readonly Allowance[] = [
  {
    // A node with the Docker runtime, but without a docker command.
    fits: ({ runtime }) => runtime === "docker",
    notAsked: [],
    // dockershim and cri-dockerd tell crictl no process ids: only Docker's own command line on the node does.
    notObservable: [
      ...["pause.exists", "pause.image", "pause.assembly", "pause.size", "pause.paused"],
      ...[
        "ns.table",
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
  {
    // An engine whose command line is not on this machine.
    fits: ({ engine }) => engine !== undefined && engine.client === undefined,
    notAsked: [],
    // The chapter shows what a reader can type: asking the engine in another way would be another thing.
    notObservable: [
      ...["hand.three", "hand.no-pod", "hand.localhost", "hand.listen", "hand.table"],
      ...["hand.net", "hand.ipc", "hand.mnt", "hand.pid", "hand.uts", "hand.pid-children"],
      ...["hand.cgroup", "hand.user", "hand.uts-refused"],
      ...["hand.hostname", "hand.hostname-copied", "hand.hostname-refused"],
      ...["hand.share-pid", "hand.reaps", "hand.restart", "hand.without-pause", "hand.pause-killed"],
    ],
  },
  {
    // A k3s in an image without a time zone database.
    // It came with 1.26.11, 1.27.8 and 1.28.4: https://github.com/k3s-io/k3s/issues/8832
    fits: ({ distribution, kubernetes }) =>
      (distribution === "k3s" || distribution === "custom") && !isAtLeast(kubernetes, "1.29"),
    notAsked: [],
    notObservable: ["cron.zone", "cron.zone-refused"],
  },
  before("1.22", ["rs.cost", "ds.surge", "job.indexed", "job.suspended", "job.suspend", "job.resources"]),
  before("1.24", ["sa.create-token", "sa.short", "sa.dismissed", "sts.max-unavailable"]),
  before("1.25", ["cron.zone", "cron.zone-refused"]),
  before("1.26", ["job.failure-policy"]),
  before("1.27", ["sts.retention", "sts.start"]),
  before("1.28", ["sts.label-index", "sa.whoami", "sa.token-flag", "cron.history", "cron.manual-uncounted"]),
  before("1.29", ["job.backoff-per-index", "job.replacement-policy"]),
  before("1.31", ["job.conditions", "job.success-policy"]),
  before("1.34", ["pod.hostname-override"]),
];

/** Whether a claim may end without a verdict on this cluster. */
export function mayLackVerdict(
  claim: string,
  outcome: "not asked" | "not observable",
  cluster: ClusterDescription,
): boolean {
  // What the owner of a cluster does not let us see is told, and is no failure.
  if (outcome === "not observable" && cluster.existing) return true;
  const list = outcome === "not asked" ? "notAsked" : "notObservable";
  return ALLOWANCES.some((allowance) => allowance.fits(cluster) && allowance[list].includes(claim));
}

/** Claims about what came with a minor version of Kubernetes. */
function before(minor: string, claims: readonly string[]): Allowance {
  return {
    fits: ({ kubernetes }) => !isAtLeast(kubernetes, minor),
    notAsked: claims,
    notObservable: [],
  };
}
