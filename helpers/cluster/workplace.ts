import type { NodeExec } from "../kubectl.ts";
import type { ClusterDescription } from "./description.ts";
import { KubectlHere } from "./existing/kubectl-here.ts";
import { nodeHasEnded, nodeLog, putFiles } from "./node-exec.ts";
import { NodeShells } from "./node-shells.ts";

/** Where a chapter's commands run, and where the files lie that they name. */
export interface Workplace {
  /** Runs the commands that a reader would type, kubectl's, in the chapter's folder. */
  readonly kubectl: NodeExec;
  /** Runs commands on the node. @throws {NotObservable} where the cluster does not let us */
  readonly node: NodeExec;
  /** Gets ready for a first command while there is something else to wait for. */
  prepare(): void;
  /** Puts files into the chapter's folder, by their paths from there; folders are made. */
  putFiles(files: Readonly<Record<string, string>>): Promise<void>;
  /** The last lines that the node itself printed; nothing where that can't be seen. */
  nodeLog(lines: number): Promise<string>;
  /** Whether the node has ended for good, as far as that can be seen. */
  hasEnded(): Promise<boolean>;
  close(): void;
}

/** The place for a chapter's commands: the node of a cluster of ours, or this machine where the cluster is not ours. */
export function workplaceFor(cluster: ClusterDescription, chapterNamespaces: readonly string[]): Workplace {
  if (cluster.existing) return new KubectlHere(cluster.existing, chapterNamespaces);
  return new OnNode(cluster.nodeContainer ?? "", `/tutorial/${chapterNamespaces[0] ?? ""}`);
}

/** Everything runs in the node's container: nobody needs a kubectl of his own. */
class OnNode implements Workplace {
  readonly kubectl: NodeExec;
  readonly node: NodeExec;
  readonly #container: string;
  readonly #folder: string;
  readonly #shells: NodeShells;

  constructor(container: string, folder: string) {
    this.#container = container;
    this.#folder = folder;
    this.#shells = new NodeShells(container);
    this.kubectl = this.#shells.in(folder);
    this.node = this.#shells.in("/");
  }

  prepare(): void {
    this.#shells.prepare();
  }

  async putFiles(files: Readonly<Record<string, string>>): Promise<void> {
    const paths = Object.entries(files).map(([path, text]) => [`${this.#folder}/${path}`, text]);
    await putFiles(this.#container, Object.fromEntries(paths));
  }

  nodeLog(lines: number): Promise<string> {
    return nodeLog(this.#container, lines);
  }

  hasEnded(): Promise<boolean> {
    return nodeHasEnded(this.#container);
  }

  close(): void {
    this.#shells.close();
  }
}
