import { describe, expect, test } from "vitest";
import { readLock } from "./lock.ts";
import { knownVersions, versionNamed } from "./versions.ts";

const KNOWN = ["v1.9.1", "v1.34.4", "v1.34.9", "v1.35.4", "v1.36.3"];

test("what is pinned by default is known, and versions are in the order of their numbers", () => {
  const known = knownVersions();
  expect(known).toContain(readLock().kubernetes);
  expect(known).toEqual(known.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })));
});

describe("a version that somebody names", () => {
  test.each([
    ["v1.35.4", "v1.35.4-k3s1"],
    ["1.35.4", "v1.35.4-k3s1"],
    ["v1.35.4+k3s2", "v1.35.4-k3s2"],
    ["v1.35.4-k3s2", "v1.35.4-k3s2"],
  ])("%s is Kubernetes v1.35.4", (text, k3sTag) => {
    expect(versionNamed(text, KNOWN)).toEqual({ kubernetes: "v1.35.4", k3sTag });
  });

  test("a release of k3s is taken at its word", () => {
    const version = { kubernetes: "v1.28.15", k3sTag: "v1.28.15-k3s1" };
    expect(versionNamed("v1.28.15-k3s1", KNOWN)).toEqual(version);
    expect(versionNamed("1.28.15+k3s1", KNOWN)).toEqual(version);
  });

  test.each([
    ["v1.35.5", "v1.34.9, v1.35.4, v1.36.3"],
    ["v1.34.5", "v1.34.4, v1.34.9, v1.35.4"],
    ["v2.0.0", "v1.34.9, v1.35.4, v1.36.3"],
  ])("%s is refused with its neighbours", (text, nearest) => {
    const remedy = expect.stringContaining(`nearest known versions are ${nearest}.`) as string;
    expect(() => versionNamed(text, KNOWN)).toThrow(expect.objectContaining({ remedy }));
  });

  test.each(["latest", "", "1.34", "v1.36.3-rc.1", "../v1.36.3"])(
    "%j is no version, and all known ones are told",
    (text) => {
      expect(() => versionNamed(text, KNOWN)).toThrow(/is not a version of Kubernetes/);
    },
  );
});
