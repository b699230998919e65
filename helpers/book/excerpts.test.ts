import { describe, expect, test } from "vitest";
import type { ManifestLines } from "../chapter/definitions.ts";
import type { Step } from "../evidence/transcript.ts";
import { excerptsOf } from "./excerpts.ts";

const TEXT = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: v1
kind: Pod
metadata:
  name: orphan
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web
---
apiVersion: v1
kind: Service
metadata:
  name: web
`;
const MANIFESTS = [{ file: "fixtures/manifests/a.yaml", text: TEXT, later: false }];
const OBJECTS = { orphan: 6, web: 11, service: 16 };

function objectsFor(command: string, lines: readonly ManifestLines[] = []) {
  const step: Step = { command, where: "kubectl", output: "", exitCode: 0, duration: 0 };
  return excerptsOf(lines, [step], MANIFESTS).map(({ first }) => first);
}

describe("the objects that a claim speaks of", () => {
  test.each<[string, string, number[]]>([
    ["by name", "kubectl get pod orphan -n shop", [OBJECTS.orphan]],
    ["by kind and name", "kubectl describe replicaset/web", [OBJECTS.web]],
    ["by a label", "kubectl get pods -l app=web", [OBJECTS.web]],
    ["not by the value of an option", "kubectl delete replicaset web --cascade=orphan", [OBJECTS.web]],
    ["not by a namespace", "kubectl get pods -n web", []],
    ["a Service only where one is meant", "kubectl get service web -n shop", [OBJECTS.web, OBJECTS.service]],
  ])("%s: %s", (_, command, expected) => {
    expect(objectsFor(command)).toEqual(expected);
  });

  const changed = [OBJECTS.orphan, OBJECTS.web].map((first) => ({
    file: "a.yaml",
    first,
    last: first + 3,
    lines: [first],
    above: [],
  }));

  test("of those that its mutants change, those that its commands name", () => {
    expect(objectsFor("kubectl get pod orphan", changed)).toEqual([OBJECTS.orphan]);
  });

  test("all that its mutants change, where its commands name none", () => {
    expect(objectsFor("kubectl get events", changed)).toEqual([OBJECTS.orphan, OBJECTS.web]);
  });
});
