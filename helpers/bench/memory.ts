import { nodeExec } from "../cluster/node-exec.ts";
import { waitFor } from "../wait.ts";
import { type Bench, onOwnCluster, repeat } from "./bench.ts";
import { groundOf } from "./ground.ts";
import type { Part } from "./results.ts";
import { figureOf, figuresOf } from "./statistics.ts";

/**
 * What each process of the node has in memory, in KiB, with what it shares with others divided among them
 * (https://docs.kernel.org/filesystems/proc.html, smaps_rollup), and which program it runs. This shell is not of the node.
 */
const LOOK = `for process in /proc/[0-9]*; do
  [ "$process" = "/proc/$$" ] && continue
  pss=$(grep '^Pss:' "$process/smaps_rollup" 2>/dev/null) && echo "$(readlink "$process/exe") $pss"
done`;

/** The node is at rest when it has not needed less for so long, in milliseconds: what its start left over is given back late. */
const REST_MS = 30_000;
const LOOK_AGAIN_MS = 5_000;
const REST_TIMEOUT_MS = 300_000;

/** What a node without Pods has in memory when it is at rest, by program. */
export async function measureMemory(bench: Bench): Promise<Part<"memory">> {
  let ground: Part<"memory">["ground"] | undefined;
  const runs = await repeat(bench, "Memory at rest", () =>
    onOwnCluster(bench, {}, async (cluster) => {
      ground = groundOf(cluster);
      return atRest(cluster.nodeContainer);
    }),
  );
  if (!ground) throw new RangeError("nothing was measured");
  return { ground, total: figureOf(runs.map(sum)), programs: figuresOf(runs) };
}

async function atRest(container: string): Promise<Record<string, number>> {
  const exec = nodeExec(container);
  let least = Infinity;
  let since = performance.now();
  return waitFor({
    what: "the node to be at rest",
    look: async () => programsIn((await exec(["sh", "-c", LOOK])).stdout),
    until: (programs) => {
      const total = sum(programs);
      // A percent less is the same.
      if (total < least * 0.99) {
        least = total;
        since = performance.now();
      }
      return performance.now() - since >= REST_MS;
    },
    interval: LOOK_AGAIN_MS,
    timeout: REST_TIMEOUT_MS,
  });
}

/** MiB by program, from lines such as `/bin/aux/containerd Pss:   40960 kB`. */
export function programsIn(text: string): Record<string, number> {
  const programs: Record<string, number> = {};
  for (const line of text.trim().split("\n")) {
    const [, program, kib] = /([^/\s]+) Pss:\s+(\d+) kB$/.exec(line) ?? [];
    if (program !== undefined) programs[program] = (programs[program] ?? 0) + Number(kib) / 1024;
  }
  return programs;
}

function sum(programs: Readonly<Record<string, number>>): number {
  return Object.values(programs).reduce((total, mib) => total + mib, 0);
}
