import { bootApiServerAlone } from "../cluster/boot.ts";
import { type Bench, inOwnRun, onOwnCluster, repeat } from "./bench.ts";
import { groundOf } from "./ground.ts";
import type { Part } from "./results.ts";
import { figureOf, figuresOf, ratiosOf } from "./statistics.ts";

/** What of a boot our client measured; the node itself measured the other parts. */
const OURS = ["started", "ready"];

/**
 * Boot until the node is Ready, beside its API server, which no boot can do without: that of the same boot, and one that is
 * alone, in turn with the boot.
 * @throws {Problem} when a node does not come up
 */
export async function measureBoot(bench: Bench): Promise<Part<"boot">> {
  const isPossible = bench.plan.node.kind === "offline node";
  const runs = await repeat(bench, "Boot", async () => {
    const alone = isPossible ? await inOwnRun(bench, bootApiServerAlone) : {};
    const cluster = await onOwnCluster(bench, {}, async (booted) => booted);
    return { alone: (alone["apiserver"] ?? NaN) / 1000, cluster };
  });
  const boots = runs.map(({ cluster }) => inSeconds(cluster.boot));
  const alone = runs.map((run) => run.alone);
  const totals = boots.map(({ ready = NaN }) => ready);
  const [first] = runs;
  if (!first) throw new RangeError("nothing was measured");
  return {
    ground: groundOf(first.cluster),
    parts: figuresOf(boots.map((boot) => withoutKeys(boot, OURS))),
    total: figureOf(totals),
    ...(isPossible && {
      alone: figureOf(alone),
      ratios: {
        apiServer: ratiosOf(
          totals,
          boots.map(({ apiserver = NaN }) => apiserver),
        ),
        alone: ratiosOf(totals, alone),
      },
    }),
    notRun: isPossible
      ? {}
      : { "API server alone": "only the offline node can leave out all but its API server" },
  };
}

function inSeconds(parts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(parts).map(([name, ms]) => [name, ms / 1000]));
}

function withoutKeys(parts: Readonly<Record<string, number>>, keys: readonly string[]) {
  return Object.fromEntries(Object.entries(parts).filter(([name]) => !keys.includes(name)));
}
