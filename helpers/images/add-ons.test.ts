import { expect, test } from "vitest";
import { imagesIn } from "./add-ons.ts";

test("the images that manifests of k3s name, with those of Pods that an add-on makes later", () => {
  const output = `add-on: coredns
      containers:
      - name: coredns
        image: rancher/coredns-coredns:1.8.3
        imagePullPolicy: IfNotPresent
add-on: local-storage
        image: "rancher/local-path-provisioner:v0.0.32"
  helperPod.yaml: |-
    spec:
      containers:
      - image: 'library/busybox:stable-glibc'
      - image: library/busybox:stable-glibc
`;
  expect(imagesIn(output)).toEqual({
    coredns: ["rancher/coredns-coredns:1.8.3"],
    "local-storage": ["rancher/local-path-provisioner:v0.0.32", "library/busybox:stable-glibc"],
  });
});

test("no images in what is no manifest", () => {
  expect(imagesIn("")).toEqual({});
  expect(imagesIn("add-on: coredns\nimage: %{REGISTRY}%rancher/coredns\n")).toEqual({ coredns: [] });
});
