import type { Ground } from "../chapter/expectation.ts";
import type { EngineClient } from "../engine/client.ts";
import type { Distribution } from "../record.ts";
import type { Run } from "../run.ts";
import type { ExistingCluster } from "./existing/kubectl-here.ts";

/** An image that the run uses, as transcripts name it at their head. */
export interface ImageDescription {
  readonly reference: string;
  /** Its name in the engine: a stand-in's is one of our own. */
  readonly engineName: string;
  readonly digest: string;
  readonly standIn: boolean;
  readonly description: string;
}

/** The container engine below a cluster of ours. */
export interface EngineDescription {
  readonly name: "docker" | "podman";
  readonly version: string;
  readonly private: boolean;
  /** Its command line on this machine; an engine elsewhere may have none here. */
  readonly client?: EngineClient;
}

/** A cluster as the chapters see it: plain data, since it is handed from Vitest's main process to its workers. */
export interface ClusterDescription extends Ground {
  /** What the node is: it is called k3s only when it is. */
  readonly distribution: Distribution;
  readonly runtimeVersion: string;
  readonly architecture: string;
  readonly kernel: string;
  readonly os: string;
  readonly nodeName: string;
  /** The node's container in the engine; a cluster that is not ours has none. */
  readonly nodeContainer?: string;
  readonly engine?: EngineDescription;
  /** How to get to a cluster that is not ours. */
  readonly existing?: ExistingCluster;
  readonly images: readonly ImageDescription[];
  /** Which of the images every Pod's sandbox is made from, as a reference. */
  readonly pauseImage?: string;
  /** Who owns what is made in the engine: labels tell it, so that it goes with the run. */
  readonly run: Run;
  /** Parts of the boot, in milliseconds since the node's container was started. */
  readonly boot: Readonly<Record<string, number>>;
  readonly kubeconfig: string;
  /** How agents join; only where a chapter needs any. */
  readonly join?: {
    /** The engine's network on which the nodes reach each other. */
    readonly network: string;
    readonly url: string;
    /** A secret: never to be shown or recorded. */
    readonly token: string;
  };
}

/** A cluster of ours: its nodes are containers. */
export interface OwnCluster extends ClusterDescription {
  readonly nodeContainer: string;
  readonly engine: EngineDescription;
}
