import {
  HttpMethod,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from "@kubernetes/client-node";

/** Who a field of an object belongs to in the API server's book-keeping. */
const FIELD_MANAGER = "proven-tutorial";

/** The generic object API, with an apply that leaves a manifest as it was written. */
export class ObjectApi extends KubernetesObjectApi {
  /**
   * Server-side apply (https://kubernetes.io/docs/reference/using-api/server-side-apply/). The library's own `patch`
   * drops fields that it does not know, so that a typing error would pass unseen; here the API server sees it.
   */
  async apply(object: KubernetesObject): Promise<KubernetesObject> {
    const path = await this.specUriPath(object, "patch");
    const request = this.configuration.baseServer.makeRequestContext(path, HttpMethod.PATCH);
    request.setHeaderParam("Accept", "application/json");
    request.setHeaderParam("Content-Type", PatchStrategy.ServerSideApply);
    request.setQueryParam("fieldManager", FIELD_MANAGER);
    request.setQueryParam("fieldValidation", "Strict");
    request.setBody(JSON.stringify(object));
    return this.requestPromise(request);
  }
}
