import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import {
  imagesOf,
  Manifest,
  manifestText,
  parseManifest,
  parseManifests,
  readManifests,
} from "./manifest.ts";

const parse = (text: string) => parseManifest(text, "pod.yaml", ["whoami"]);

describe("a manifest that can't be used is refused with its file", () => {
  test.each([
    ["a broken line", "kind: Pod\n  name: x", "pod.yaml is not YAML"],
    ["a key given twice", "kind: Pod\nkind: Pod", "pod.yaml is not YAML"],
    ["no kind", "apiVersion: v1\nmetadata: {name: x}", "pod.yaml: object 1 has no kind"],
    [
      "no name, in the second document",
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: whoami}\n---\napiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}",
      "pod.yaml: object 2, a Pod, has no metadata.name",
    ],
    ["a sentence", "This is no manifest", "pod.yaml: object 1 has no apiVersion, no kind, no metadata.name"],
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

  test("an octal number, which kubectl reads as another", () => {
    const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: whoami}\nspec: {mode: 0644}";
    expect(() => parse(text)).toThrow("means something else to kubectl");
  });

  test("a List, with a remedy of its own", () => {
    const remedy = "Write each item of the List as a document of its own, with --- between them.";
    expect(() => parse("apiVersion: v1\nkind: List\nitems: []")).toThrow(expect.objectContaining({ remedy }));
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

describe("a chapter's files are refused together", () => {
  const read = (...texts: string[]) =>
    parseManifests(
      texts.map((text, index) => ({ name: `${index}.yaml`, text })),
      ["whoami"],
    );

  test("when one holds nothing", () => {
    expect(() => read("# to be written\n")).toThrow("0.yaml holds no object");
  });

  test("when an object is there twice", () => {
    const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: whoami}\n";
    expect(() => read(pod, pod)).toThrow("1.yaml: Pod x is there twice");
  });
});

test("documents without anything in them are passed over", () => {
  expect(parse("---\n# nothing\n---\n")).toEqual([]);
});

test("objects move to other namespaces; the original stays", () => {
  const objects = parse(
    "apiVersion: v1\nkind: Pod\nmetadata: {name: whoami, namespace: whoami}\nspec: {containers: [{name: a}]}",
  );
  const manifest = new Manifest([{ name: "pod.yaml", objects }]);
  const moved = manifest.inNamespaces((name) => `${name}-m1`);
  moved.container("whoami", "a").image = "other";
  expect(moved.pod("whoami").metadata?.namespace).toBe("whoami-m1");
  expect(manifest.pod("whoami").metadata?.namespace).toBe("whoami");
  expect(manifest.container("whoami", "a").image).toBeUndefined();
  expect(() => manifest.pod("other")).toThrow("no Pod named other");
});

test("a grant to somebody in a namespace moves with that namespace", () => {
  const objects = parse(
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b, namespace: whoami}\nsubjects: [{kind: ServiceAccount, name: reader, namespace: whoami}]",
  );
  const moved = new Manifest([{ name: "b.yaml", objects }]).inNamespaces((name) => `${name}-m1`);
  expect(moved.object("RoleBinding", "b").subjects).toEqual([
    { kind: "ServiceAccount", name: "reader", namespace: "whoami-m1" },
  ]);
});

test("the Pods of a workload are found wherever its kind keeps them", () => {
  const template = "template: {spec: {containers: [{name: web}]}}";
  const metadata = "metadata: {name: web, namespace: whoami}";
  const objects = [
    ...parse(`apiVersion: apps/v1\nkind: Deployment\n${metadata}\nspec: {${template}}`),
    ...parse(`apiVersion: batch/v1\nkind: CronJob\n${metadata}\nspec: {jobTemplate: {spec: {${template}}}}`),
  ];
  const manifest = new Manifest([{ name: "web.yaml", objects }]);
  manifest.containerOf("Deployment", "web", "web").image = "a";
  manifest.containerOf("CronJob", "web", "web").image = "b";
  expect(imagesOf(manifest.objects)).toEqual(["a", "b"]);
  expect(() => manifest.podSpec("Job", "web")).toThrow("no Job named web");
});

test("the text of a file means to kubectl, which reads YAML 1.1, what it meant here", () => {
  const objects = [{ apiVersion: "v1", kind: "Pod", metadata: { name: "y", labels: { off: "0o17" } } }];
  const text = manifestText({ name: "pod.yaml", objects });
  expect(parseYaml(text, { version: "1.1" })).toEqual(objects[0]);
});

test("a mutant can leave out what its claim does not look at", () => {
  const job = (name: string) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: "work" },
  });
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "work" } };
  const manifest = new Manifest([
    { name: "job.yaml", objects: [namespace, job("hello"), job("tidy")] },
    { name: "later.yaml", objects: [job("batch")] },
  ]);
  manifest.keep("Job", "tidy");
  expect(manifest.objects.map(({ metadata }) => metadata.name)).toEqual(["work", "tidy"]);
});
