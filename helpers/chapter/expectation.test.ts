import { expect, test } from "vitest";
import { expectedOutcome, fits, isAtLeast } from "./expectation.ts";

const ground = {
  kubernetes: "v1.36.3+k3s1",
  runtime: "containerd",
  cgroup: 1,
  engine: { name: "docker" },
} as const;

test("a claim is expected to hold unless its chapter says otherwise", () => {
  expect(expectedOutcome(undefined, ground)).toBe("holds");
  expect(expectedOutcome("refuted", ground)).toBe("refuted");
});

test("the first rule that fits the cluster counts", () => {
  const byRuntime = [{ runtime: "containerd", outcome: "refuted" }] as const;
  expect(expectedOutcome(byRuntime, ground)).toBe("refuted");
  expect(expectedOutcome(byRuntime, { ...ground, runtime: "docker" })).toBe("holds");
  const byCgroup = [{ cgroup: 2, outcome: "refuted" }] as const;
  expect(expectedOutcome(byCgroup, ground)).toBe("holds");
  const byEngine = [{ engine: "podman", outcome: "refuted" }] as const;
  expect(expectedOutcome(byEngine, ground)).toBe("holds");
  expect(expectedOutcome(byEngine, { ...ground, engine: { name: "podman" } })).toBe("refuted");
  const byVersion = [{ from: "1.24", before: "1.36", outcome: "refuted" }] as const;
  expect(expectedOutcome(byVersion, ground)).toBe("holds");
  expect(expectedOutcome(byVersion, { ...ground, kubernetes: "v1.35.0" })).toBe("refuted");
  expect(expectedOutcome(byVersion, { ...ground, kubernetes: "v1.9.11" })).toBe("holds");
});

test("what names no condition is meant for every cluster, else each must be met", () => {
  expect(fits({}, ground)).toBe(true);
  expect(fits({ from: "1.36", engine: "docker" }, ground)).toBe(true);
  expect(fits({ from: "1.36", engine: "podman" }, ground)).toBe(false);
  expect(fits({ before: "1.36" }, ground)).toBe(false);
});

test("versions are compared as numbers", () => {
  expect(isAtLeast("v1.9.0", "1.21")).toBe(false);
  expect(isAtLeast("v1.21.2+k3s1", "1.21")).toBe(true);
  expect(isAtLeast("v1.35.3", "1.35.4")).toBe(false);
  expect(isAtLeast("v1.35.10", "1.35.4")).toBe(true);
  expect(isAtLeast("v1.36.0+k3s1", "1.35.4")).toBe(true);
  expect(() => isAtLeast("latest", "1.21")).toThrow("not a Kubernetes version");
});
