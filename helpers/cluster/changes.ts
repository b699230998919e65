import type { ManifestObject } from "../manifest.ts";
import type { Api } from "./api.ts";

/** Where the objects of a kind are in the API, and what they are called there. */
const PATHS: Readonly<Record<string, { readonly group: string; readonly resource: string }>> = {
  Pod: { group: "/api/v1", resource: "pods" },
  ReplicaSet: { group: "/apis/apps/v1", resource: "replicasets" },
  Deployment: { group: "/apis/apps/v1", resource: "deployments" },
  StatefulSet: { group: "/apis/apps/v1", resource: "statefulsets" },
  DaemonSet: { group: "/apis/apps/v1", resource: "daemonsets" },
};

/**
 * Wakes whoever waits for objects when something of their kinds has changed in their namespaces, so that nobody looks in
 * vain. A cluster may not let us watch: who waits has to look every now and then anyway.
 */
export class Changes implements Disposable {
  readonly #api: Api;
  readonly #watches = new Map<string, AbortController | undefined>();
  #changed = false;
  #closed = false;
  #wake = () => {};

  /** For workloads their Pods are watched too. */
  constructor(api: Api, objects: readonly ManifestObject[]) {
    this.#api = api;
    const paths = objects.flatMap(({ kind, metadata: { namespace = "default" } }) =>
      [kind, "Pod"].flatMap((one) => {
        const path = PATHS[one];
        return path ? [`${path.group}/namespaces/${namespace}/${path.resource}`] : [];
      }),
    );
    for (const path of new Set(paths)) {
      this.#watches.set(path, undefined);
      this.#begin(path);
    }
  }

  /** Whether every change is told: not before all watches have begun, nor when one is refused. */
  get isComplete(): boolean {
    return [...this.#watches.values()].every((watch) => watch !== undefined);
  }

  /** Resolves when something has changed since it did so the last time, at the latest after so many milliseconds. */
  async next(timeout: number): Promise<void> {
    if (!this.#changed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, timeout);
      await promise;
      clearTimeout(timer);
    }
    this.#changed = false;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    for (const watch of this.#watches.values()) watch?.abort();
  }

  /** One that does not come about, a login that fails say, is not missed: who waits looks anyway. */
  #begin(path: string): void {
    this.#follow(path).catch(() => {});
  }

  async #follow(path: string): Promise<void> {
    let ended = false;
    const watch = await this.#api.watch.watch(
      path,
      {},
      () => this.#tell(),
      () => {
        ended = true;
        const began = this.#watches.get(path) !== undefined;
        this.#watches.set(path, undefined);
        // One that has begun ends after a while of silence; what it missed since is looked for.
        if (this.#closed || !began) return;
        this.#tell();
        this.#begin(path);
      },
    );
    if (this.#closed) watch.abort();
    else if (!ended) this.#watches.set(path, watch);
  }

  #tell(): void {
    this.#changed = true;
    this.#wake();
  }
}
