import { ApiException } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { refusal } from "./refusal.ts";

const web = { apiVersion: "apps/v1beta1", kind: "Deployment", metadata: { name: "web", namespace: "shop" } };

/** What the client library throws when the API server answers with a status. */
function answered(status: number, message: string, before = ""): Error {
  const error = new ApiException(status, "", JSON.stringify({ kind: "Status", message }), {});
  error.message = before + error.message;
  return error;
}

test.each([
  ["a selector that does not fit the template", 422, 'Deployment.apps "web" is invalid'],
  // Its status is that of a server in trouble, but it is the manifest that is wrong.
  ["a field that there is not", 500, "failed to create typed patch object: field not declared in schema"],
])("%s is the manifest's trouble, told with the API server's words", (_, status, message) => {
  expect(refusal(web, answered(status, message))).toMatchObject({
    message: `the API server refuses Deployment shop/web: ${message}`,
    remedy: "Correct the manifest.",
  });
});

test("an API server in trouble is no reason to look at the manifest", () => {
  expect(refusal(web, answered(503, "etcd is gone"))?.remedy).toMatch(/^See that the cluster works/);
});

test("what the cluster does not permit is told as that", () => {
  expect(refusal(web, answered(403, "exceeded quota"))?.remedy).toMatch(/^See what the cluster permits/);
});

test.each([
  [answered(404, "404 page not found", "Failed to fetch resource metadata for apps/v1beta1/Deployment: ")],
  [new Error("Unrecognized API version and kind: apps/v1beta1 Deployment")],
])("a version or kind that there is not is named", (cause) => {
  expect(refusal(web, cause)?.message).toBe(
    "the API server refuses Deployment shop/web: it knows no Deployment of apps/v1beta1",
  );
});

test("a request without an answer is nobody's refusal", () => {
  expect(refusal(web, new Error("connect ECONNREFUSED"))).toBeUndefined();
});
