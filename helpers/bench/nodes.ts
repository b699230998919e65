import { type Bench, onOwnCluster } from "./bench.ts";
import { groundOf } from "./ground.ts";
import type { Part } from "./results.ts";
import { type Figure, figureOf } from "./statistics.ts";

/** How many nodes are tried. */
const MOST_NODES = 6;

/**
 * How long it takes, from the call, until a cluster of 1 to 6 nodes is Ready. Where that many can't be had, the
 * first line of the error says why: a host has 128 inotify instances by default, of which a server takes 19 and an agent 8.
 */
export async function measureNodes(bench: Bench): Promise<Part<"nodes">> {
  const ready: Record<string, Figure> = {};
  const notRun: Record<string, string> = {};
  let ground: Part<"nodes">["ground"] | undefined;
  for (let nodes = 1; nodes <= MOST_NODES; nodes++) {
    const title = `${nodes} ${nodes === 1 ? "node" : "nodes"}`;
    try {
      const times = await bench.progress.step(title, async () => {
        const all: number[] = [];
        for (let run = 0; run < bench.runs; run++) {
          const { boot } = await onOwnCluster(bench, { agents: nodes - 1 }, async (cluster) => {
            ground ??= groundOf(cluster);
            return cluster;
          });
          all.push((boot["agents"] ?? boot["ready"] ?? NaN) / 1000);
        }
        return all;
      });
      ready[nodes] = figureOf(times);
    } catch (error) {
      // More of them won't come up either.
      notRun[title] = reasonOf(error);
      break;
    }
  }
  if (!ground) throw new Error(`no node came up: ${Object.values(notRun).join()}`);
  return { ground, ready, notRun };
}

function reasonOf(error: unknown): string {
  const { message, details = [] } = error as Error & { details?: readonly string[] };
  const why = details.findLast((line) => line.trim() !== "");
  return [message.split("\n")[0], why].filter((part) => part !== undefined).join("; ");
}
