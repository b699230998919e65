import { NotObservable } from "./chapter/outcome.ts";
import type { Api } from "./cluster/api.ts";
import type { CommandTemplate } from "./command-line.ts";
import type { Output } from "./kubectl.ts";

/** The namespaces that the article lists, in the order in which `ls` shows them. */
export type NamespaceKind = "cgroup" | "ipc" | "mnt" | "net" | "pid" | "pid_for_children" | "user" | "uts";

/** Makes crictl print the process id instead of everything that it knows. */
const ONLY_PID = ["--output", "go-template", "--template", "{{.info.pid}}"];

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
  node: NodeCommand,
  namespace: string,
  pod: string,
): Promise<ContainerProcess[]> {
  const { metadata, spec, status } = await api.core.readNamespacedPod({ namespace, name: pod });
  const uid = metadata?.uid ?? "";
  const sandbox = (await node`crictl pods --quiet --label io.kubernetes.pod.uid=${uid}`).lines[0];
  if (!sandbox) throw new NotObservable(`the runtime knows no sandbox of Pod ${namespace}/${pod}`);
  const processes = [
    { container: "pause", id: sandbox, pid: pidOf(await node`crictl inspectp ${ONLY_PID} ${sandbox}`) },
  ];
  // In the order of the manifest: the status lists containers by name.
  for (const { name } of spec?.containers ?? []) {
    const started = status?.containerStatuses?.find((container) => container.name === name);
    const id = started?.containerID?.replace(/^\w[\w-]*:\/\//, "") ?? "";
    processes.push({ container: name, id, pid: pidOf(await node`crictl inspect ${ONLY_PID} ${id}`) });
  }
  return processes;
}

/**
 * The inode of one kind of namespace for each process, such as `net:[4026533557]`: equal inodes are one namespace.
 * The node's own is added as `node`.
 */
export async function inodesOf(
  node: NodeCommand,
  processes: readonly ContainerProcess[],
  kind: NamespaceKind,
): Promise<Record<string, string>> {
  const all = [...processes, { container: "node", pid: 1 }];
  const listing = await node`ls -l ${all.map(({ pid }) => `/proc/${pid}/ns/${kind}`)}`;
  return readListing(listing.lines, all, kind);
}

function readListing(
  lines: readonly string[],
  processes: readonly { container: string; pid: number }[],
  kind: NamespaceKind,
): Record<string, string> {
  return Object.fromEntries(
    processes.map(({ container, pid }) => {
      const line = lines.find((entry) => entry.includes(` /proc/${pid}/ns/${kind} -> `));
      const inode = line?.split(" -> ")[1]?.replaceAll("'", "");
      if (!inode) throw new NotObservable(`the node does not show ${kind} of ${container} (process ${pid})`);
      return [container, inode];
    }),
  );
}

function pidOf(inspection: Output): number {
  const pid = Number(inspection.text);
  if (!Number.isInteger(pid) || pid <= 0)
    throw new NotObservable(`${inspection.command} tells no process id`);
  return pid;
}
