import { readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import type { OwnCluster } from "../cluster/description.ts";
import { nodeExec, putFiles } from "../cluster/node-exec.ts";
import type { Context } from "../images/context.ts";
import { MANIFESTS, readManifestText } from "../manifest.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { Problem } from "../problem.ts";
import { runFolder } from "../run-folder.ts";
import { ARTICLE_POD } from "./article.ts";
import { removeArticlePod } from "./article-pod.ts";
import { type Bench, onOwnCluster, timed } from "./bench.ts";
import { checksAnswer, FIVE_CHECKS, type FiveChecks } from "./five-checks.ts";
import { groundOf } from "./ground.ts";
import { PEERS, provideGoPeer, provideKubectl } from "./peers.ts";
import type { Part } from "./results.ts";
import { figureOf, figuresOf, ratiosOf } from "./statistics.ts";

/** No tool needs so long, in milliseconds. */
const TIMEOUT_MS = 120_000;

/** One of those that are compared. */
interface Tool {
  readonly name: string;
  /** Makes the five checks on a cluster without the article's Pod. @throws {Error} when one of them fails */
  run(): Promise<unknown>;
}

/**
 * The article's five checks on one cluster: apply the manifest, both containers ready, their names, curl, netstat.
 * The tools take turns, and what each made is removed before the next begins. Every tool is a process of its own, timed from
 * its start to its end; a first round, in which caches fill, does not count.
 */
export async function measureChecks(bench: Bench, context: Context): Promise<Part<"checks">> {
  const folder = runFolder("bench", bench.plan.run);
  try {
    return await onOwnCluster(bench, {}, async (cluster, plan) => {
      const lessons: number[] = [];
      const ours = toolOfOurs({ plan, first: { cluster } }, lessons);
      const { peers, notRun } = await peersFor(cluster, context, folder);
      const tools = [ours, ...peers];
      const rounds = await inTurn(bench, cluster, tools);
      const [, ...counted] = rounds;
      const lesson = lessons.slice(1);
      const of = (name: string) => counted.map((round) => round[name] ?? NaN);
      const against = (values: readonly number[]) =>
        Object.fromEntries(peers.map(({ name }) => [name, ratiosOf(values, of(name))]));
      return {
        ground: groundOf(cluster),
        processes: figuresOf(counted),
        lesson: figureOf(lesson),
        ratios: { process: against(of(ours.name)), lesson: against(lesson) },
        notRun,
      };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds by tool, round by round; each begins one round in so many. */
async function inTurn(
  { progress, runs }: Bench,
  cluster: OwnCluster,
  tools: readonly Tool[],
): Promise<Record<string, number>[]> {
  return progress.step("Five checks", async (update) => {
    const rounds: Record<string, number>[] = [];
    for (let round = 0; round <= runs; round++) {
      const times: Record<string, number> = {};
      const first = round % tools.length;
      for (const tool of [...tools.slice(first), ...tools.slice(0, first)]) {
        update(`round ${round} of ${runs}, ${tool.name}`);
        times[tool.name] = await timed(() => tool.run());
        await removeArticlePod(cluster);
      }
      rounds.push(times);
    }
    return rounds;
  });
}

/** The chapter's own claims, as npm run article tells them; adds to `lessons` how long it took without Node and Vitest. */
function toolOfOurs(input: FiveChecks, lessons: number[]): Tool {
  return {
    name: "ours",
    async run() {
      const { stdout } = await run(process.execPath, [FIVE_CHECKS], { input: JSON.stringify(input) });
      lessons.push(checksAnswer.parse(JSON.parse(stdout.split("\n").at(-1) ?? "")).lesson);
    },
  };
}

/** The tools beside us that can be had here, and why the others can't. */
async function peersFor(cluster: OwnCluster, context: Context, folder: string) {
  const peers: Tool[] = [];
  const notRun: Record<string, string> = {};
  const kubectl = await provideKubectl(cluster.nodeContainer, folder);
  const manifest = join(PROJECT_ROOT, MANIFESTS, ARTICLE_POD.manifest);
  const kubeconfig = join(folder, "kubeconfig.yaml");
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const env = {
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: join(folder, "cache"),
    PATH: [kubectl ? dirname(kubectl) : "", process.env["PATH"] ?? ""].join(delimiter),
  };
  const script = join(PEERS, "kubectl.sh");
  const noKubectl = "there is no kubectl on this machine, and the node's can't be copied";
  if (kubectl) {
    peers.push({ name: "shell", run: () => run("sh", [script, manifest], { env }) });
  } else {
    notRun["shell"] = noKubectl;
  }
  peers.push(await shellOnNode(cluster));
  for (const name of ["e2e-framework", "chainsaw"] as const) {
    if (name === "chainsaw" && !kubectl) {
      notRun[name] = noKubectl;
      continue;
    }
    try {
      const program = await provideGoPeer(context, name);
      const args =
        name === "chainsaw"
          ? ["test", "--test-dir", join(PEERS, "chainsaw"), "--no-color"]
          : [`-manifest=${manifest}`];
      peers.push({ name, run: () => run(program, args, { env }) });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      notRun[name] = [error.message, error.details.at(-1)].filter(Boolean).join(": ");
    }
  }
  return { peers, notRun };
}

/** The same script where our own commands run too: no port of the engine's is between kubectl and the API server. */
async function shellOnNode({ nodeContainer }: OwnCluster): Promise<Tool> {
  const { manifest } = ARTICLE_POD;
  await putFiles(nodeContainer, {
    "bench/kubectl.sh": readFileSync(join(PEERS, "kubectl.sh"), "utf8"),
    [`bench/${manifest}`]: readManifestText(manifest),
  });
  const exec = nodeExec(nodeContainer, "/bench");
  return {
    name: "shell on the node",
    async run() {
      const { exitCode, stdout, stderr } = await exec(["sh", "kubectl.sh", manifest]);
      if (exitCode !== 0) throw new Error(`the script failed on the node:\n${stdout}\n${stderr}`);
    },
  };
}

async function run(
  program: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly input?: string },
): Promise<{ stdout: string }> {
  const { stdout } = await execa(program, [...args], {
    cwd: PROJECT_ROOT,
    timeout: TIMEOUT_MS,
    ...(options.input === undefined ? { stdin: "ignore" as const } : {}),
    ...options,
  });
  return { stdout };
}
