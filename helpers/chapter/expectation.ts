/** The part of a cluster that an outcome may depend on. */
export interface Ground {
  /** The API server's version, such as `v1.36.3` or `v1.21.2+k3s1`. */
  readonly kubernetes: string;
  readonly runtime: string;
  readonly cgroup: 1 | 2;
  /** The container engine below a cluster of ours. */
  readonly engine?: { readonly name: string } | undefined;
}

/** Some clusters: every condition given must be met. */
export interface Where {
  readonly runtime?: "containerd" | "docker" | "cri-o";
  readonly cgroup?: 1 | 2;
  /** The container engine below the cluster: only what is asked of it directly depends on it. */
  readonly engine?: "docker" | "podman";
  /** First Kubernetes version, such as `1.35`, or `1.35.4` where it came with a patch. */
  readonly from?: string;
  /** First Kubernetes version that is no longer meant. */
  readonly before?: string;
}

/** An outcome that a chapter expects on some clusters. */
export interface ExpectationRule extends Where {
  readonly outcome: "holds" | "refuted";
}

/** What a chapter expects of a claim: one outcome everywhere, or the first rule that fits, else `holds`. */
export type Expectation = "holds" | "refuted" | readonly ExpectationRule[];

/** The outcome that is expected on this ground. */
export function expectedOutcome(expectation: Expectation | undefined, ground: Ground): "holds" | "refuted" {
  if (expectation === undefined) return "holds";
  if (typeof expectation === "string") return expectation;
  return expectation.find((rule) => fits(rule, ground))?.outcome ?? "holds";
}

/** Why a claim is not asked on this ground: it is about what came later. Undefined when it is. */
export function whyNotAsked(
  { since }: { readonly since?: string },
  { kubernetes }: Pick<Ground, "kubernetes">,
): string | undefined {
  if (since === undefined || isAtLeast(kubernetes, since)) return undefined;
  return `it needs Kubernetes ${since} or newer`;
}

/** Whether a Kubernetes version is at least another one, such as `1.22` or `1.35.4`. */
export function isAtLeast(version: string, least: string): boolean {
  return numberOf(version) >= numberOf(least);
}

/** Whether a cluster is one of those that are meant. */
export function fits(where: Where, ground: Ground): boolean {
  if (where.runtime !== undefined && where.runtime !== ground.runtime) return false;
  if (where.cgroup !== undefined && where.cgroup !== ground.cgroup) return false;
  if (where.engine !== undefined && where.engine !== ground.engine?.name) return false;
  if (where.from !== undefined && !isAtLeast(ground.kubernetes, where.from)) return false;
  if (where.before !== undefined && isAtLeast(ground.kubernetes, where.before)) return false;
  return true;
}

function numberOf(version: string): number {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  if (!match) throw new TypeError(`not a Kubernetes version: ${JSON.stringify(version)}`);
  const [, major, minor, patch = "0"] = match;
  return (Number(major) * 1000 + Number(minor)) * 1000 + Number(patch);
}
