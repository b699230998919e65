/** The part of a cluster that an outcome may depend on. */
export interface Ground {
  /** The API server's version, such as `v1.36.3` or `v1.21.2+k3s1`. */
  readonly kubernetes: string;
  readonly runtime: string;
  readonly cgroup: 1 | 2;
  readonly engine: { readonly name: "docker" | "podman" };
}

/** An outcome that a chapter expects on some clusters; every condition given must be met. */
export interface ExpectationRule {
  readonly outcome: "holds" | "refuted";
  readonly runtime?: "containerd" | "docker" | "cri-o";
  readonly cgroup?: 1 | 2;
  /** The container engine below the cluster: only what is asked of it directly depends on it. */
  readonly engine?: "docker" | "podman";
  /** First Kubernetes minor version that this is expected of, such as `1.35`. */
  readonly from?: string;
  /** First Kubernetes minor version that this is no longer expected of. */
  readonly before?: string;
}

/** What a chapter expects of a claim: one outcome everywhere, or the first rule that fits, else `holds`. */
export type Expectation = "holds" | "refuted" | readonly ExpectationRule[];

/** The outcome that is expected on this ground. */
export function expectedOutcome(expectation: Expectation | undefined, ground: Ground): "holds" | "refuted" {
  if (expectation === undefined) return "holds";
  if (typeof expectation === "string") return expectation;
  return expectation.find((rule) => fits(rule, ground))?.outcome ?? "holds";
}

/** Whether a Kubernetes version is at least some minor version, such as `1.22`. */
export function isAtLeast(version: string, minor: string): boolean {
  return minorNumber(version) >= minorNumber(minor);
}

function fits(rule: ExpectationRule, ground: Ground): boolean {
  if (rule.runtime !== undefined && rule.runtime !== ground.runtime) return false;
  if (rule.cgroup !== undefined && rule.cgroup !== ground.cgroup) return false;
  if (rule.engine !== undefined && rule.engine !== ground.engine.name) return false;
  if (rule.from !== undefined && !isAtLeast(ground.kubernetes, rule.from)) return false;
  if (rule.before !== undefined && isAtLeast(ground.kubernetes, rule.before)) return false;
  return true;
}

function minorNumber(version: string): number {
  const match = /^v?(\d+)\.(\d+)/.exec(version);
  if (!match) throw new TypeError(`not a Kubernetes version: ${JSON.stringify(version)}`);
  return Number(match[1]) * 1000 + Number(match[2]);
}
