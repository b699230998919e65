import { describe, expect, test } from "vitest";
import { parseObjects, type ManifestObject } from "../manifest.ts";
import { changedLines, placesOf } from "./manifest-lines.ts";

const TEXT = `# A Pod
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: a
      args: ["--port", "80"]
    - name: b
      env:
        - name: X
          value: |
            one
            two
---
apiVersion: v1
kind: Service
metadata:
  name: front
spec:
  ports:
    - port: 80
`;

describe("the lines that a change was made to", () => {
  test.each<[string, (objects: Changeable[]) => void, object[]]>([
    ["nothing", () => {}, []],
    [
      "a field is otherwise",
      ([, service]) => (service!.spec.ports = [{ port: 81 }]),
      [{ first: 17, last: 23, lines: [23], above: [] }],
    ],
    [
      "an item of a list in one line is otherwise",
      ([pod]) => (pod!.spec.containers[0]!.args = ["--port", "8080"]),
      [{ first: 2, last: 15, lines: [9], above: [] }],
    ],
    [
      "a field came in",
      ([pod]) => (pod!.spec.hostNetwork = true),
      [{ first: 2, last: 15, lines: [], above: [6] }],
    ],
    [
      "a field of several lines is gone",
      ([pod]) => delete pod!.spec.containers[1]!.env,
      [{ first: 2, last: 15, lines: [11, 12, 13, 14, 15], above: [] }],
    ],
    [
      "a container is gone",
      ([pod]) => pod!.spec.containers.pop(),
      [{ first: 2, last: 15, lines: [10, 11, 12, 13, 14, 15], above: [] }],
    ],
    [
      "both objects are otherwise",
      ([pod, service]) => {
        pod!.kind = "Job";
        service!.kind = "Endpoints";
      },
      [
        { first: 2, last: 15, lines: [3], above: [] },
        { first: 17, last: 23, lines: [18], above: [] },
      ],
    ],
  ])("%s", (_, change, expected) => {
    const objects = parseObjects(TEXT, "a.yaml");
    change(objects as unknown as Changeable[]);
    expect(changedLines(TEXT, objects)).toEqual(expected);
  });
});

test("where the objects stand, and their names", () => {
  expect(placesOf(TEXT)).toEqual([
    { first: 2, last: 15, name: "web", nameLine: 5 },
    { first: 17, last: 23, name: "front", nameLine: 20 },
  ]);
});

type Changeable = ManifestObject & {
  spec: { containers: Record<string, unknown>[]; ports: unknown[]; hostNetwork?: boolean };
};
