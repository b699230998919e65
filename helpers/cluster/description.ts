import type { Ground } from "../chapter/expectation.ts";

/** An image that the run uses, as transcripts name it at their head. */
export interface ImageDescription {
  readonly reference: string;
  readonly digest: string;
  readonly standIn: boolean;
  readonly description: string;
}

/** A cluster as the chapters see it: plain data, since it is handed from Vitest's main process to its workers. */
export interface ClusterDescription extends Ground {
  /** What the node is: it is called k3s only when it is. */
  readonly distribution: "k3s" | "offline node" | "custom";
  readonly runtimeVersion: string;
  readonly architecture: string;
  readonly kernel: string;
  readonly os: string;
  readonly nodeName: string;
  /** The node's container in the engine. */
  readonly nodeContainer: string;
  readonly engine: { readonly name: string; readonly version: string; readonly private: boolean };
  readonly images: readonly ImageDescription[];
  /** Parts of the boot, in milliseconds since the node's container was started. */
  readonly boot: Readonly<Record<string, number>>;
  readonly kubeconfig: string;
}
