/** How the rounds of a soak differ; `alternate` takes turns. */
export interface Variations {
  readonly clusters: "shared" | "fresh" | "alternate";
  readonly load: "never" | "always" | "alternate";
}

/** What one round runs on. */
export interface Round {
  /** From 1 on. */
  readonly number: number;
  /** Every chapter has a cluster to itself. */
  readonly fresh: boolean;
  /** Something else keeps every core busy meanwhile. */
  readonly load: boolean;
}

/** So many rounds. Where both alternate, all four grounds come by in four rounds. */
export function planRounds(count: number, { clusters, load }: Variations): Round[] {
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    fresh: clusters === "alternate" ? index % 2 === 1 : clusters === "fresh",
    load: load === "alternate" ? index % 4 >= 2 : load === "always",
  }));
}

/** `fresh clusters, CPU load` */
export function describeRound({ fresh, load }: Pick<Round, "fresh" | "load">): string {
  return `${fresh ? "fresh clusters" : "a shared cluster"}, ${load ? "CPU load" : "no load"}`;
}
