import { expect, test } from "vitest";
import { Manifest } from "../../manifest.ts";
import { thisRun } from "../../run.ts";
import type { ClusterDescription } from "../description.ts";
import { placeIn } from "./place.ts";

const namespace = "deployment";
const template = { spec: { containers: [{ name: "whoami", image: "whoami", imagePullPolicy: "Never" }] } };
const manifest = new Manifest([
  {
    name: "deployment.yaml",
    objects: [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "stuck", namespace },
        spec: { template },
      },
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "client", namespace },
        ...structuredClone(template),
      },
    ],
  },
]);

function placed(existing: object | undefined) {
  return placeIn({ run: thisRun(), existing } as unknown as ClusterDescription, manifest, [namespace]);
}

test("in a cluster of ours a chapter's place is as its manifests say", () => {
  expect(placed(undefined)).toEqual({ manifest, namespaces: [namespace] });
});

test("in another one it has namespaces of its own, its Pods go to the node that is looked at, and images may be pulled", () => {
  const place = placed({ suffix: "-1a2b", nodeLabels: { "kubernetes.io/hostname": "here" } });
  expect(place.namespaces).toEqual(["deployment-1a2b"]);
  const [own, deployment, pod] = place.manifest.objects;
  expect(own?.metadata.labels).toHaveProperty("proven-tutorial.run");
  expect(deployment?.metadata.namespace).toBe("deployment-1a2b");
  expect(deployment?.spec).not.toHaveProperty("template.spec.nodeSelector");
  expect(pod?.spec).toHaveProperty("nodeSelector", { "kubernetes.io/hostname": "here" });
  expect(JSON.stringify(place.manifest.objects)).not.toContain("Never");
  expect(JSON.stringify(manifest.objects)).toContain("Never");
});
