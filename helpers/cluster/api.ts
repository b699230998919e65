import {
  AppsV1Api,
  AuthorizationV1Api,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  type RequestContext,
  VersionApi,
  Watch,
} from "@kubernetes/client-node";
import { ObjectApi } from "./objects.ts";

/** The Kubernetes API of one cluster. */
export interface Api {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly batch: BatchV1Api;
  readonly authorization: AuthorizationV1Api;
  readonly objects: ObjectApi;
  readonly version: VersionApi;
  readonly watch: Watch;
}

/** Clients for the cluster that a kubeconfig names. */
export function connect(kubeconfig: string): Api {
  const config = new SharedConnections();
  config.loadFromString(kubeconfig);
  return {
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    authorization: config.makeApiClient(AuthorizationV1Api),
    objects: config.makeApiClient(ObjectApi),
    version: config.makeApiClient(VersionApi),
    watch: new Watch(config),
  };
}

/**
 * A kubeconfig whose clients use the same connections again. The library (2.0.1) makes a dispatcher, and with it a new
 * TLS connection, for every request: a tenth of what a run of all chapters cost.
 */
class SharedConnections extends KubeConfig {
  #dispatcher: ReturnType<RequestContext["getDispatcher"]>;

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    // A plugin may log in with another certificate the next time, and that belongs to the connection.
    if (this.getCurrentUser()?.exec) return;
    this.#dispatcher ??= context.getDispatcher();
    if (this.#dispatcher) context.setDispatcher(this.#dispatcher);
  }
}

/** The API server's own words about a refused request, or the error's message. */
export function apiMessage(error: unknown): string {
  const body = (error as { body?: unknown }).body;
  if (typeof body === "string") {
    try {
      return (JSON.parse(body) as { message?: string }).message ?? body;
    } catch {
      return body;
    }
  }
  const message = (body as { message?: unknown } | undefined)?.message;
  if (typeof message === "string") return message;
  return error instanceof Error ? error.message : String(error);
}

/**
 * The HTTP status of a refused request, or undefined when the error is of another kind, or there is none. A watch keeps
 * it under another name than all other requests.
 */
export function apiStatus(error: unknown): number | undefined {
  // Its code is no HTTP status.
  if (error instanceof DOMException) return undefined;
  const { code, statusCode = code } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  return typeof statusCode === "number" ? statusCode : undefined;
}

/** Whether a status says that the cluster has trouble of its own just now, whatever was asked of it. */
export function isOverloaded(status: number | undefined): boolean {
  return status === 429 || (status !== undefined && status >= 500);
}
