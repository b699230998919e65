import { describe, expect, test } from "vitest";
import { imagesOf, Manifest, parseManifest, readManifests } from "./manifest.ts";

const parse = (text: string) => parseManifest(text, "pod.yaml", ["whoami"]);

describe("a manifest that can't be used is refused with its file", () => {
  test.each([
    ["a broken line", "kind: Pod\n  name: x", "pod.yaml is not YAML"],
    ["a key given twice", "kind: Pod\nkind: Pod", "pod.yaml is not YAML"],
    ["no kind", "apiVersion: v1\nmetadata: {name: x}", "without apiVersion, kind or metadata.name"],
    [
      "another namespace",
      "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: kube-system}",
      "namespace kube-system",
    ],
    [
      "no namespace",
      "apiVersion: v1\nkind: ClusterRole\nmetadata: {name: x}",
      "belongs to the whole cluster",
    ],
  ])("%s", (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  test("a name that kubectl would read as a boolean", () => {
    expect(() => parse("apiVersion: v1\nkind: Pod\nmetadata: {name: y, namespace: whoami}")).toThrow(
      "means something else to kubectl",
    );
  });

  test("a billion laughs", () => {
    const level = (n: number) =>
      `a${n}: &a${n} [${Array(9)
        .fill(`*a${n - 1}`)
        .join(",")}]`;
    const text = ["a0: &a0 [lol]", ...[1, 2, 3, 4, 5, 6, 7].map(level)].join("\n");
    expect(() => parse(text)).toThrow("can't be read: Excessive alias count");
  });
});

test("the chapters' manifests can be read, and their images are known", () => {
  const pod = readManifests(["01-pod.yaml", "01-pod-companions.yaml"], ["whoami"]);
  expect(imagesOf(pod.objects)).toEqual(["praqma/network-multitool", "traefik/whoami"]);
});

test("documents without anything in them are passed over", () => {
  expect(parse("---\n# nothing\n---\n")).toEqual([]);
});

test("objects move to other namespaces; the original stays", () => {
  const manifest = new Manifest(
    parse(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: whoami, namespace: whoami}\nspec: {containers: [{name: a}]}",
    ),
  );
  const moved = manifest.inNamespaces((name) => `${name}-m1`);
  moved.container("whoami", "a").image = "other";
  expect(moved.pod("whoami").metadata?.namespace).toBe("whoami-m1");
  expect(manifest.pod("whoami").metadata?.namespace).toBe("whoami");
  expect(manifest.container("whoami", "a").image).toBeUndefined();
  expect(() => manifest.pod("other")).toThrow("no Pod named other");
});
