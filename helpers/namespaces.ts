import { NotObservable } from "./chapter/outcome.ts";
import type { Api } from "./cluster/api.ts";
import type { CommandTemplate } from "./command-line.ts";
import type { ContainerRuntime } from "./container-runtime.ts";
import type { Output } from "./kubectl.ts";

/** The entries that the article lists, in the order in which `ls` shows them; pid_for_children is no namespace of its own. */
const NAMESPACE_KINDS = ["cgroup", "ipc", "mnt", "net", "pid", "pid_for_children", "user", "uts"] as const;

export type NamespaceKind = (typeof NAMESPACE_KINDS)[number];

/** What the containers' namespaces are compared with: a process outside of them all. */
export interface RootProcess {
  /** What it is called in an observation. */
  readonly container: string;
  readonly pid: number | "self";
}

/** The node's first process, in whose namespaces the kubelet runs. */
const THE_NODE: RootProcess = { container: "node", pid: 1 };

/** A process on the node, by the container that it is the first process of. */
export interface ContainerProcess {
  /** `pause` for the Pod's sandbox; the container's name otherwise. */
  readonly container: string;
  readonly pid: number;
  /** The container's or the sandbox's id at the runtime. */
  readonly id: string;
}

/** The node's own tools, as far as the cluster lets us use them. */
export type NodeCommand = CommandTemplate<Output>;

/**
 * The first process of a Pod's sandbox and of each of its containers, as the container runtime tells them.
 * @throws {NotObservable} when the runtime does not tell process ids
 */
export async function processesOf(
  api: Api,
  runtime: ContainerRuntime,
  namespace: string,
  pod: string,
): Promise<ContainerProcess[]> {
  const { metadata, spec, status } = await api.core.readNamespacedPod({ namespace, name: pod });
  const sandbox = await runtime.sandbox(metadata?.uid ?? "");
  const processes = [{ container: "pause", id: sandbox, pid: await runtime.pid(sandbox, "sandbox") }];
  // In the order of the manifest: the status lists containers by name.
  for (const { name } of spec?.containers ?? []) {
    const started = status?.containerStatuses?.find((container) => container.name === name);
    const id = started?.containerID?.replace(/^\w[\w-]*:\/\//, "") ?? "";
    processes.push({ container: name, id, pid: await runtime.pid(id, "container") });
  }
  return processes;
}

/**
 * The inode of one kind of namespace for each process, such as `net:[4026533557]`: equal inodes are one namespace.
 * That of the process outside of all containers is added: the node's own, as `node`, unless another is given.
 * @throws {NotObservable} when the node does not show one of them
 */
export async function inodesOf(
  node: NodeCommand,
  processes: readonly ContainerProcess[],
  kind: NamespaceKind,
  root = THE_NODE,
): Promise<Record<string, string>> {
  const all = [...processes, root];
  const listing = await node`ls -l ${all.map(({ pid }) => `/proc/${pid}/ns/${kind}`)}`;
  return Object.fromEntries(
    all.map(({ container, pid }) => [container, inodeIn(listing.lines, `/proc/${pid}/ns/${kind}`)]),
  );
}

/**
 * The article's listing: `ls -l /proc/PID/ns` for each process, as inodes by kind and container.
 * @throws {NotObservable} when the node does not show one of them
 */
export async function listingOf(
  node: NodeCommand,
  processes: readonly ContainerProcess[],
  root = THE_NODE,
): Promise<Record<NamespaceKind, Record<string, string>>> {
  const all = [...processes, root];
  // One after another, so that the transcript has them in order.
  const listings: Output[] = [];
  for (const { pid } of all) listings.push(await node`ls -l /proc/${pid}/ns`);
  const inodes = (kind: NamespaceKind) =>
    Object.fromEntries(
      all.map(({ container }, index) => [container, inodeIn(listings[index]?.lines ?? [], kind)]),
    );
  return Object.fromEntries(NAMESPACE_KINDS.map((kind) => [kind, inodes(kind)])) as Record<
    NamespaceKind,
    Record<string, string>
  >;
}

/** The inode that a line of `ls -l` shows for a link. */
function inodeIn(lines: readonly string[], link: string): string {
  const line = lines.find((entry) => entry.includes(` ${link} -> `));
  const inode = line?.split(" -> ")[1]?.replaceAll("'", "");
  if (!inode) throw new NotObservable(`the node does not show ${link}`);
  return inode;
}
