import { randomBytes } from "node:crypto";
import Dockerode from "dockerode";
import { removeContainers } from "../engine/leftovers.ts";
import { LABEL, runLabels } from "../run.ts";
import { Problem } from "../problem.ts";
import { waitFor } from "../wait.ts";
import { type Api, apiStatus, connect } from "./api.ts";
import { type Condition, isTrue } from "./conditions.ts";
import type { ClusterDescription } from "./description.ts";
import { AgentContainer } from "./node-container.ts";
import { LOG_TAIL, nodeLog, whileNodeRuns } from "./node-exec.ts";
import type { ClusterPlan } from "./plan.ts";

/** How long an agent may take until its node is Ready, in milliseconds; in an emulated machine it takes long. */
const READY_TIMEOUT_MS = 300_000;

/** Tells which node of which cluster a container is. */
const CLUSTER_LABEL = `${LABEL}.cluster`;
const NODE_LABEL = `${LABEL}.node`;

/** A network in the engine on which the nodes of one cluster reach each other; its name. */
export async function createNetwork({ run }: ClusterPlan, cluster: string): Promise<string> {
  const name = `${LABEL}-${run.id}-${cluster}`;
  await new Dockerode().createNetwork({ Name: name, Labels: runLabels(run) });
  return name;
}

/** A secret that an agent shows when it joins (https://docs.k3s.io/cli/token). */
export function newToken(): string {
  return randomBytes(16).toString("hex");
}

/** How agents start. */
interface AgentStart {
  /** What their nodes are tainted with from the beginning, `key=value:effect` each. */
  readonly taints?: readonly string[];
  /** How long each may take until it is Ready, in milliseconds. */
  readonly timeout?: number;
}

/**
 * Starts a container as `k3s agent` for each name, and waits until all are Ready.
 * @throws {Problem} with the agent's last lines when one does not come up
 */
export async function addAgents(
  plan: ClusterPlan,
  cluster: ClusterDescription,
  names: readonly string[],
  start: AgentStart = {},
): Promise<void> {
  await Promise.all(names.map((name) => addAgent(plan, cluster, name, start)));
}

async function addAgent(
  plan: ClusterPlan,
  cluster: ClusterDescription,
  name: string,
  { taints = [], timeout = READY_TIMEOUT_MS }: AgentStart,
): Promise<void> {
  const api = connect(cluster.kubeconfig);
  const { network, url, token } = joinOf(cluster);
  const agent = new AgentContainer({
    image: plan.node.engineName,
    kubernetesVersion: plan.node.kubernetes,
    cgroupVersion: plan.cgroup,
    labels: { ...runLabels(plan.run), [CLUSTER_LABEL]: network, [NODE_LABEL]: name },
    archives: [...plan.images, ...plan.addOnImages]
      .filter(({ reference }) => cluster.images.some((image) => image.reference === reference))
      .map(({ archive }) => archive),
    sharesFiles: plan.engine.private,
    name,
    taints,
    network,
    url,
    token,
  });
  const failed = (cause: unknown, remedy: string, details: readonly string[] = []) =>
    new Problem(
      `agent ${name} does not come up: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy,
      {
        cause,
        details,
      },
    );
  const started = await agent.start().catch((cause: unknown) => {
    throw failed(cause, "The container engine refused to start its container; its own log says more.");
  });
  const ready = waitFor({
    what: `node ${name} to be Ready`,
    look: () => conditionsOf(api, name),
    until: (conditions) => isTrue(conditions, "Ready"),
    timeout,
  });
  try {
    await whileNodeRuns(() => started.getId(), ready);
  } catch (cause) {
    const log = await nodeLog(started.getId(), LOG_TAIL).catch(() => "");
    throw failed(cause, "See its last lines above.", log.trimEnd().split("\n"));
  }
}

/**
 * Takes an agent out of the cluster, as an operator would whose machine is gone: its container is removed, then its Node.
 * @throws {Error} when there is no such agent
 */
export async function removeAgent(cluster: ClusterDescription, name: string): Promise<void> {
  const { network } = joinOf(cluster);
  const docker = new Dockerode();
  const filters = { label: [`${CLUSTER_LABEL}=${network}`, `${NODE_LABEL}=${name}`] };
  const [agent] = await docker.listContainers({ all: true, filters });
  if (!agent) throw new Error(`the cluster has no agent ${name}`);
  await docker.getContainer(agent.Id).remove({ force: true, v: true });
  await connect(cluster.kubeconfig)
    .core.deleteNode({ name })
    .catch((error: unknown) => {
      if (apiStatus(error) !== 404) throw error;
    });
}

/** Removes a cluster of ours: all its nodes, and their network. */
export async function removeNodes({ nodeContainer, join }: ClusterDescription): Promise<void> {
  const docker = new Dockerode();
  const agents = join ? await agentsOn(docker, join.network) : [];
  const nodes = [...agents.map(({ Id }) => Id), ...(nodeContainer === undefined ? [] : [nodeContainer])];
  await removeContainers(docker, nodes);
  if (join) await docker.getNetwork(join.network).remove();
}

/** The containers of a cluster's agents, also of those that have ended. */
function agentsOn(docker: Dockerode, network: string): Promise<Dockerode.ContainerInfo[]> {
  return docker.listContainers({ all: true, filters: { label: [`${CLUSTER_LABEL}=${network}`] } });
}

/** The highest number that an agent of a cluster was given by {@link newAgentName}, by the cluster's network. */
const lastNumber = new Map<string, number>();

/**
 * A name for one more agent, which no node of the cluster had before: to Kubernetes, a node with the name of one that
 * has gone is the same node again, and what was bound to that one belongs to it.
 */
export async function newAgentName(cluster: ClusterDescription): Promise<string> {
  const { network } = joinOf(cluster);
  const found = await agentsOn(new Dockerode(), network);
  const numbers = found.map(({ Labels }) => Number(Labels[NODE_LABEL]?.split("-")[1]));
  const number = Math.max(lastNumber.get(network) ?? 0, ...numbers) + 1;
  lastNumber.set(network, number);
  return `agent-${number}`;
}

function joinOf({ join }: ClusterDescription): NonNullable<ClusterDescription["join"]> {
  if (!join)
    throw new Error("this cluster has one node: helpers/cluster/needs.ts says which chapters have more");
  return join;
}

async function conditionsOf(api: Api, name: string): Promise<Condition[]> {
  try {
    const { status } = await api.core.readNode({ name });
    return (status?.conditions ?? []).map(({ type, status: value }) => ({ type, status: value }));
  } catch (error) {
    // It has not joined yet; anything else is told by the time-out.
    if (apiStatus(error) === 404) return [];
    throw error;
  }
}
