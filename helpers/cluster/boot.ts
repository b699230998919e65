import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { StartedK3sContainer } from "@testcontainers/k3s";
import { z } from "zod";
import { findClient } from "../engine/client.ts";
import type { Engine } from "../engine/engine.ts";
import { provideImages, provideNodeImage } from "../images/images.ts";
import { imagesOf, MANIFESTS, parseObjects } from "../manifest.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import { type Run, runLabels } from "../run.ts";
import { waitFor } from "../wait.ts";
import { type Api, connect } from "./api.ts";
import type { ClusterDescription } from "./description.ts";
import { NodeContainer } from "./node-container.ts";

/** How many of the node's last lines are shown when it does not come up. */
const LOG_TAIL = 15;

/** k3s says that it is up a moment before its node is Ready; in an emulated machine that may be minutes. */
const READY_TIMEOUT_MS = 300_000;

/** What {@link bootCluster} needs. */
export interface BootOptions {
  readonly engine: Engine;
  readonly run: Run;
  readonly progress: Progress;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Boots a cluster of one node and waits until it is Ready.
 * @throws {Problem} with the node's last lines when it does not come up
 */
export async function bootCluster(options: BootOptions): Promise<ClusterDescription> {
  const { engine, run, progress } = options;
  const { nodeImage, images } = await provideClusterImages(options);
  return await progress.step(`Booting ${nodeImage.description}`, async () => {
    const started = performance.now();
    const log = new BootLog();
    const container = new NodeContainer({
      image: nodeImage.engineName,
      kubernetesVersion: nodeImage.kubernetesVersion,
      cgroupVersion: engine.cgroupVersion,
      host: engine.host,
      labels: runLabels(run),
      archives: images.map(({ archive }) => archive),
    }).withLogConsumer((stream) => log.follow(stream));
    let node: StartedK3sContainer;
    let ready: Awaited<ReturnType<typeof untilNodeReady>>;
    let booted: number;
    try {
      node = await container.start();
      booted = performance.now() - started;
      ready = await untilNodeReady(connect(node.getKubeConfig()));
    } catch (cause) {
      throw notComingUp(nodeImage.description, log, cause);
    }
    const { nodeInfo, name } = ready;
    const client = await findClient(engine.name);
    const [runtime = "", runtimeVersion = ""] = (nodeInfo?.containerRuntimeVersion ?? "").split("://");
    return {
      distribution: nodeImage.kind,
      kubernetes: nodeInfo?.kubeletVersion ?? nodeImage.kubernetesVersion,
      runtime,
      runtimeVersion,
      cgroup: engine.cgroupVersion,
      architecture: nodeInfo?.architecture ?? engine.architecture,
      kernel: nodeInfo?.kernelVersion ?? "",
      os: nodeInfo?.osImage ?? "",
      nodeName: name,
      nodeContainer: node.getId(),
      engine: {
        name: engine.name,
        version: engine.version,
        private: engine.private,
        ...(client && { client }),
      },
      images: [{ ...nodeImage, standIn: nodeImage.kind === "offline node" }, ...images].map(
        ({ reference, engineName, digest, standIn, description }) => ({
          reference,
          engineName,
          digest,
          standIn,
          description,
        }),
      ),
      pauseImage: nodeImage.pauseImage,
      run,
      boot: {
        ...log.parts,
        started: Math.round(booted),
        ready: Math.round(performance.now() - started),
      },
      kubeconfig: node.getKubeConfig(),
    } satisfies ClusterDescription;
  });
}

/** Has every image ready that the node and the chapters need; idempotent, and quick when all are there. */
export async function provideClusterImages({ engine, run, progress, env = process.env }: BootOptions) {
  const common = { engine, run, progress, env };
  const nodeImage = await provideNodeImage({ ...common, ...(env.K3S_IMAGE && { image: env.K3S_IMAGE }) });
  const images = await provideImages({ ...common, references: chapterImages(), node: nodeImage });
  return { nodeImage, images };
}

/** The images that some manifest of the chapters names; what can't be read is told by the chapter that uses it. */
function chapterImages(): string[] {
  const folder = join(PROJECT_ROOT, MANIFESTS);
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return imagesOf(
    files.flatMap((name) => {
      try {
        return parseObjects(readFileSync(join(folder, name), "utf8"), name);
      } catch {
        return [];
      }
    }),
  );
}

async function untilNodeReady(api: Api) {
  const node = await waitFor({
    what: "the node to be Ready",
    look: async () => (await api.core.listNode()).items[0],
    until: (seen) =>
      seen?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
    describe: (seen) => JSON.stringify(seen?.status?.conditions ?? "no node"),
    timeout: READY_TIMEOUT_MS,
  });
  return { name: node?.metadata?.name ?? "", nodeInfo: node?.status?.nodeInfo };
}

/** What the node prints while it boots: its last lines, and the parts of the boot where it tells them. */
class BootLog {
  readonly tail: string[] = [];
  parts: Record<string, number> = {};

  follow(stream: Readable): void {
    createInterface({ input: stream }).on("line", (line) => {
      this.tail.push(line);
      if (this.tail.length > LOG_TAIL) this.tail.shift();
      this.parts = { ...this.parts, ...bootParts(line) };
    });
  }
}

/** The parts of the boot that the offline node tells of itself, in milliseconds; a real k3s tells none. */
function bootParts(line: string): Record<string, number> {
  const json = /^boot: (\{.*\})$/.exec(line)?.[1];
  if (json === undefined) return {};
  const parts = z.record(z.string(), z.number()).safeParse(JSON.parse(json));
  return parts.success ? parts.data : {};
}

function notComingUp(what: string, log: BootLog, cause: unknown): Problem {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Problem(
    `${what} does not come up: ${reason}`,
    "See the node's last lines above. K3S_IMAGE names another image; npm run clean begins afresh.",
    { cause, details: log.tail },
  );
}
