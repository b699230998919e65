import { type Api, connect } from "../cluster/api.ts";
import { apply, removeNamespace, untilReady, untilSettled } from "../cluster/apply.ts";
import type { ClusterDescription } from "../cluster/description.ts";
import { nodeExec } from "../cluster/node-exec.ts";
import { diagnose } from "../diagnose.ts";
import { type Step, Transcript } from "../evidence/transcript.ts";
import { createKubectl, createNodeCommand, type Kubectl, type NodeExec } from "../kubectl.ts";
import { MANIFESTS, type Manifest } from "../manifest.ts";
import { waitFor } from "../wait.ts";
import {
  type ContainerProcess,
  inodesOf,
  listingOf,
  type NamespaceKind,
  type NodeCommand,
  processesOf,
} from "../namespaces.ts";

/** How long a cluster may take to answer before it counts as lost, in milliseconds. */
const ALIVE_MS = 5_000;

/** What a claim can observe with. Whatever is looked at goes into the claim's transcript. */
export interface Look {
  /** Runs the very command that the reader is shown. */
  readonly kubectl: Kubectl;
  /** Runs a command on the node, beside the kubelet and the container runtime. */
  readonly node: NodeCommand;
  /** Puts something that was made of what was seen, a table say, into the transcript. */
  show(title: string, text: string): void;
  /** The chapter's namespace, as it is called in this cluster. */
  readonly namespace: string;
  /** The first process of a Pod's sandbox (called `pause`) and of each of its containers. */
  processes(pod: string): Promise<ContainerProcess[]>;
  /** The inode of one kind of namespace by container, with `pause` for the sandbox and `node` for the node itself. */
  namespaces(pod: string, kind: NamespaceKind): Promise<Record<string, string>>;
  /** The same for all kinds at once, by kind and container: the article's listing. */
  listing(pod: string): Promise<Record<NamespaceKind, Record<string, string>>>;
}

/** A chapter's place in a cluster: its manifests applied in its own namespaces. */
export class Lesson {
  readonly cluster: ClusterDescription;
  /** How the manifests got into the cluster. */
  readonly prelude: Step[] = [];
  readonly #manifest: Manifest;
  readonly #files: readonly string[];
  readonly #namespace: string;
  readonly #api: Api;
  readonly #exec: NodeExec;
  /** Processes by Pod: they don't change while its containers live, and asking takes several commands. */
  readonly #processes = new Map<string, ContainerProcess[]>();

  constructor(cluster: ClusterDescription, namespace: string, manifest: Manifest, files: readonly string[]) {
    this.cluster = cluster;
    this.#namespace = namespace;
    this.#manifest = manifest;
    this.#files = files;
    this.#api = connect(cluster.kubeconfig);
    this.#exec = nodeExec(cluster.nodeContainer);
  }

  /** Applies the manifests and waits until their Pods are ready; `settled` is enough for a mutant. */
  async open(wait: "ready" | "settled" = "ready"): Promise<void> {
    const started = performance.now();
    await apply(this.#api, this.#manifest);
    await (wait === "ready" ? untilReady : untilSettled)(this.#api, this.#manifest);
    this.prelude.push({
      command: `Applied through the API (a reader would: kubectl apply ${this.#files.map((file) => `-f ${MANIFESTS}/${file}`).join(" ")})`,
      where: "api",
      output: this.#manifest.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join("\n"),
      exitCode: 0,
      duration: performance.now() - started,
    });
  }

  /** Removes what {@link open} made. */
  async close(): Promise<void> {
    await removeNamespace(this.#api, this.#namespace);
  }

  /** The means to observe for one claim, and the transcript that they write. */
  look(): { look: Look; transcript: Transcript } {
    const transcript = new Transcript();
    const node = createNodeCommand(this.#exec, transcript);
    const processes = (pod: string) => this.#processesOf(pod, node);
    return {
      transcript,
      look: {
        kubectl: createKubectl(this.#exec, transcript),
        node,
        show: (title, text) =>
          transcript.add({ command: title, where: "api", output: text, exitCode: 0, duration: 0 }),
        namespace: this.#namespace,
        processes,
        listing: async (pod) => listingOf(node, await processes(pod)),
        namespaces: async (pod, kind) => inodesOf(node, await processes(pod), kind),
      },
    };
  }

  /** What somebody would look at first after a failure. */
  async diagnose(): Promise<readonly Step[]> {
    return diagnose(this.#exec, this.cluster.nodeContainer, this.#namespace);
  }

  /** Whether node and API still answer: what fails after they are gone says nothing about a claim. */
  async isAlive(): Promise<boolean> {
    try {
      await waitFor({
        what: "the cluster",
        look: () => Promise.all([this.#api.version.getCode(), this.#exec(["true"])]),
        until: () => true,
        timeout: ALIVE_MS,
      });
      return true;
    } catch {
      return false;
    }
  }

  async #processesOf(pod: string, node: NodeCommand): Promise<ContainerProcess[]> {
    const known = this.#processes.get(pod);
    if (known) return known;
    const processes = await processesOf(this.#api, node, this.#namespace, pod);
    this.#processes.set(pod, processes);
    return processes;
  }
}
