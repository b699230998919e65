import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { StartedK3sContainer } from "@testcontainers/k3s";
import { z } from "zod";
import { Problem } from "../problem.ts";
import { runLabels } from "../run.ts";
import { waitFor } from "../wait.ts";
import { addAgents, createNetwork, newToken } from "./agents.ts";
import { type Api, connect } from "./api.ts";
import { isTrue } from "./conditions.ts";
import type { OwnCluster } from "./description.ts";
import type { ClusterNeeds } from "./needs.ts";
import { NodeContainer, type ServerOptions } from "./node-container.ts";
import { LOG_TAIL, nodeLog, whileNodeRuns } from "./node-exec.ts";
import type { ClusterPlan } from "./plan.ts";

/** k3s says that it is up a moment before its node is Ready; in an emulated machine that may be minutes. */
const READY_TIMEOUT_MS = 300_000;

/**
 * Boots a cluster and waits until its nodes are Ready. `name` tells it from the other clusters of the run.
 * @throws {Problem} with the node's last lines when it does not come up
 */
export async function bootCluster(plan: ClusterPlan, name: string, needs: ClusterNeeds): Promise<OwnCluster> {
  const { addOns = [], agents = 0 } = needs;
  const started = performance.now();
  const images = addOns.length > 0 ? [...plan.images, ...plan.addOnImages] : plan.images;
  const network = agents > 0 ? await createNetwork(plan, name) : undefined;
  const token = newToken();
  const { container, log } = serverContainer(plan, {
    archives: images.map(({ archive }) => archive),
    addOns,
    ...(network !== undefined && { network, token }),
  });
  let node: StartedK3sContainer;
  let ready: Awaited<ReturnType<typeof untilNodeReady>>;
  let booted: number;
  try {
    node = await container.start();
    booted = performance.now() - started;
    ready = await whileNodeRuns(() => container.id, untilNodeReady(connect(node.getKubeConfig())));
  } catch (cause) {
    throw await notComingUp(plan.node.description, container, log, cause);
  }
  const { nodeInfo, name: nodeName } = ready;
  const [runtime = "", runtimeVersion = ""] = (nodeInfo?.containerRuntimeVersion ?? "").split("://");
  const server: OwnCluster = {
    distribution: plan.node.kind,
    kubernetes: nodeInfo?.kubeletVersion ?? plan.node.kubernetes,
    runtime,
    runtimeVersion,
    cgroup: plan.cgroup,
    architecture: nodeInfo?.architecture ?? plan.architecture,
    kernel: nodeInfo?.kernelVersion ?? "",
    os: nodeInfo?.osImage ?? "",
    nodeName,
    nodeContainer: node.getId(),
    engine: plan.engine,
    images: [plan.node, ...images].map(({ reference, engineName, digest, standIn, description }) => ({
      reference,
      engineName,
      digest,
      standIn,
      description,
    })),
    pauseImage: plan.node.pauseImage,
    run: plan.run,
    boot: {
      ...log.parts,
      started: Math.round(booted),
      ready: Math.round(performance.now() - started),
    },
    kubeconfig: node.getKubeConfig(),
    ...(network !== undefined && {
      join: { network, token, url: `https://${node.getIpAddress(network)}:6443` },
    }),
  };
  if (agents === 0) return server;
  await addAgents(
    plan,
    server,
    Array.from({ length: agents }, (_, index) => `agent-${index + 1}`),
  );
  return { ...server, boot: { ...server.boot, agents: Math.round(performance.now() - started) } };
}

/**
 * Boots nothing of a cluster but its API server, which no boot can do without, and gives the parts of that boot in
 * milliseconds since its first process was started; none where the node can't do that.
 * @throws {Problem} with the node's last lines when it does not come up
 */
export async function bootApiServerAlone(plan: ClusterPlan): Promise<Record<string, number>> {
  const { container, log } = serverContainer(plan, { archives: [], addOns: [] });
  try {
    await container.withEnvironment({ OFFLINE_NODE_API_SERVER_ALONE: "1" }).start();
  } catch (cause) {
    throw await notComingUp(plan.node.description, container, log, cause);
  }
  return log.parts;
}

function serverContainer(
  plan: ClusterPlan,
  options: Pick<ServerOptions, "archives" | "addOns" | "network" | "token">,
): { container: NodeContainer; log: BootLog } {
  const log = new BootLog();
  const container = new NodeContainer({
    image: plan.node.engineName,
    kubernetesVersion: plan.node.kubernetes,
    cgroupVersion: plan.cgroup,
    labels: runLabels(plan.run),
    host: plan.host,
    sharesFiles: plan.engine.private,
    ...options,
  });
  container.withLogConsumer((stream) => log.follow(stream));
  return { container, log };
}

async function untilNodeReady(api: Api) {
  const node = await waitFor({
    what: "the node to be Ready",
    look: async () => (await api.core.listNode()).items[0],
    until: (seen) => isTrue(seen?.status?.conditions, "Ready"),
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

async function notComingUp(
  what: string,
  { id }: NodeContainer,
  log: BootLog,
  cause: unknown,
): Promise<Problem> {
  const lines = log.tail.length > 0 || id === undefined ? log.tail : await lastLines(id);
  const look = lines.length > 0 ? "See the node's last lines above. " : "";
  return new Problem(
    `${what} does not come up: ${reasonOf(cause)}`,
    `${look}Run it again; if that does not help, npm run clean removes everything first, and K3S_IMAGE names another image.`,
    { cause, details: lines },
  );
}

/** Testcontainers follows the log of a container only from when its ports were bound: this one may have ended before. */
async function lastLines(id: string): Promise<string[]> {
  const text = await nodeLog(id, LOG_TAIL).catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

/** Testcontainers tells of a log that has ended, and means the container. */
function reasonOf(cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return /^Log stream ended/.test(reason) ? "its container has ended" : reason;
}
