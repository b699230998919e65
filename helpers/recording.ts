import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesObject, V1Job, V1Pod, V1ReplicaSet } from "@kubernetes/client-node";
import { type Api, apiStatus } from "./cluster/api.ts";
import { waitFor } from "./wait.ts";

/** The kinds of object that can be recorded. */
export interface Recordable {
  pods: V1Pod;
  jobs: V1Job;
  replicasets: V1ReplicaSet;
}

const API_VERSIONS: Record<keyof Recordable, { apiVersion: string; kind: string; path: string }> = {
  pods: { apiVersion: "v1", kind: "Pod", path: "/api/v1" },
  jobs: { apiVersion: "batch/v1", kind: "Job", path: "/apis/batch/v1" },
  replicasets: { apiVersion: "apps/v1", kind: "ReplicaSet", path: "/apis/apps/v1" },
};

/**
 * How long the watch may need, at the end, to have seen everything that happened, in milliseconds: longer than one that
 * has to be connected again, which may take 30 seconds.
 */
const CATCH_UP_MS = 40_000;

/** How long to wait before a watch that failed is begun again, in milliseconds. */
const AGAIN_MS = 100;

/** One change of an object, as the API server told it. */
export interface Sighting<T> {
  /** Milliseconds since the recording began. What was there already is seen at 0. */
  readonly at: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: T;
}

/** Which objects are recorded. */
export interface RecordingScope<Kind extends keyof Recordable> {
  readonly kind: Kind;
  readonly namespace: string;
  /** A label selector, `app=web` say. */
  readonly selector: string;
  /** After how many seconds the API server ends a watch; half an hour or more unless given. The next one goes on. */
  readonly watchSeconds?: number;
}

/**
 * Every change of some objects, in the order in which the API server made them: a list, and a watch from the list's
 * resourceVersion on, so that nothing is missed in between or when the connection has to be made again
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
 */
export class Recording<Kind extends keyof Recordable> {
  readonly #api: Api;
  readonly #scope: RecordingScope<Kind>;
  readonly #started = performance.now();
  readonly #sightings: Sighting<Recordable[Kind]>[] = [];
  /** The resourceVersion of each object that exists, by UID. */
  readonly #current = new Map<string, string>();
  #resourceVersion = "";
  #watch: AbortController | undefined;
  #stopped = false;
  #failure: unknown;

  private constructor(api: Api, scope: RecordingScope<Kind>) {
    this.#api = api;
    this.#scope = scope;
  }

  /** Begins: from now on nothing is missed. */
  static async start<Kind extends keyof Recordable>(
    api: Api,
    scope: RecordingScope<Kind>,
  ): Promise<Recording<Kind>> {
    const recording = new Recording(api, scope);
    const { items, resourceVersion } = await recording.#list();
    for (const object of items) recording.#see("ADDED", object, 0);
    recording.#resourceVersion = resourceVersion;
    await recording.#follow();
    return recording;
  }

  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return performance.now() - this.#started;
  }

  /**
   * Ends, once everything has been seen that happened until now.
   * @throws {Error} when the record has a gap: then it proves nothing
   */
  async stop(): Promise<readonly Sighting<Recordable[Kind]>[]> {
    try {
      await waitFor({
        what: `the watch of ${this.#scope.kind} to see what the API server has`,
        look: () => this.#list(),
        until: ({ items }) =>
          this.#failure !== undefined ||
          (items.length === this.#current.size &&
            items.every(({ metadata }) => this.#current.get(uidOf(metadata)) === metadata?.resourceVersion)),
        describe: ({ items }) => `${items.length} there, ${this.#current.size} seen`,
        timeout: CATCH_UP_MS,
      });
    } finally {
      this.abandon();
    }
    if (this.#failure !== undefined) {
      throw new Error(`the record of ${this.#scope.kind} has a gap`, { cause: this.#failure });
    }
    return this.#sightings;
  }

  /** Ends without a result. */
  abandon(): void {
    this.#stopped = true;
    this.#watch?.abort();
  }

  async #list(): Promise<{ items: Recordable[Kind][]; resourceVersion: string }> {
    const { kind, namespace, selector } = this.#scope;
    const { apiVersion, kind: name } = API_VERSIONS[kind];
    const list = await this.#api.objects.list<KubernetesObject>(
      apiVersion,
      name,
      namespace,
      undefined,
      undefined,
      undefined,
      undefined,
      selector,
    );
    return {
      items: list.items as Recordable[Kind][],
      resourceVersion: list.metadata?.resourceVersion ?? "",
    };
  }

  async #follow(): Promise<void> {
    const { kind, namespace, selector, watchSeconds } = this.#scope;
    this.#watch = await this.#api.watch.watch(
      `${API_VERSIONS[kind].path}/namespaces/${namespace}/${kind}`,
      {
        labelSelector: selector,
        resourceVersion: this.#resourceVersion,
        allowWatchBookmarks: true,
        timeoutSeconds: watchSeconds,
      },
      (type: string, object: Recordable[Kind] & { code?: number }) => {
        if (type === "ERROR") {
          this.#failure ??= object;
          return;
        }
        this.#resourceVersion = object.metadata?.resourceVersion ?? this.#resourceVersion;
        if (type === "ADDED" || type === "MODIFIED" || type === "DELETED")
          this.#see(type, object, this.elapsed);
      },
      (error: unknown) => {
        if (this.#stopped || this.#failure !== undefined) return;
        // 410 Gone: the API server no longer has what came after the last thing seen.
        if (apiStatus(error) === 410) {
          this.#failure = error;
          return;
        }
        // A watch ends after a while of silence, or when the API server says so; the next one begins where it ended.
        this.#followAgain(error).catch((failure: unknown) => {
          this.#failure ??= failure;
        });
      },
    );
    if (this.#stopped) this.#watch.abort();
  }

  /** After an error, with some time in between: the API server may be out of reach for a while. */
  async #followAgain(error: unknown): Promise<void> {
    if (error) await delay(AGAIN_MS);
    if (!this.#stopped) await this.#follow();
  }

  #see(type: Sighting<unknown>["type"], object: Recordable[Kind], at: number): void {
    const uid = uidOf(object.metadata);
    // With a label selector, an object that lost the label counts as deleted.
    if (type === "DELETED") this.#current.delete(uid);
    else this.#current.set(uid, object.metadata?.resourceVersion ?? "");
    // No two changes at one moment: what was true between them must not be lost, however short it was.
    const last = this.#sightings.at(-1)?.at ?? 0;
    this.#sightings.push({ at: at === 0 ? 0 : Math.max(at, last + 0.001), type, object });
  }
}

function uidOf(metadata: KubernetesObject["metadata"]): string {
  return metadata?.uid ?? "";
}
