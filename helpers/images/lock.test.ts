import { globSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getReaperImage } from "testcontainers/build/reaper/reaper.js";
import { afterEach, describe, expect, test, vi } from "vitest";
import { PROJECT_ROOT } from "../paths.ts";
import { compareVersions, goVersionNeeded } from "./build/sources.ts";
import { addOnImage, lockedImage, readLock } from "./lock.ts";
import { testFolder } from "./testing/context.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the lock file", () => {
  test("names the default node, and pins every image that is pulled, by digest or version", () => {
    const lock = readLock();
    expect(lock.node.pull).toBe(`rancher/k3s:${lock.kubernetes}-k3s1`);
    expect(Object.keys(lock.system[lock.kubernetes] ?? {})).toEqual(["coredns", "local-storage"]);
    const unpinned = lock.images.filter(({ pull, digest }) => !digest && !/:(?!latest$)[\w.-]+$/.test(pull));
    expect(unpinned).toEqual([]);
  });

  test("has a recipe for every image that the offline node's add-ons name", () => {
    const lock = readLock();
    const folder = join(PROJECT_ROOT, lock.node.build, "internal/addons/manifests");
    for (const [addOn, listed] of Object.entries(lock.system[lock.kubernetes] ?? {})) {
      const manifest = readFileSync(join(folder, `${addOn}.yaml`), "utf8");
      const named = [...manifest.matchAll(/^\s+image: (\S+)$/gm)].map(([, image = ""]) => image);
      expect(named.sort()).toEqual([...listed].sort());
      for (const image of named) expect(lockedImage(lock, image).build).toBeDefined();
    }
  });

  test("pins a Go that is new enough for all that is built", () => {
    const modfiles = globSync("fixtures/**/go.mod", { cwd: PROJECT_ROOT }).map((file) =>
      join(PROJECT_ROOT, file),
    );
    const needed = goVersionNeeded(modfiles);
    const { version } = readLock().go;
    expect(compareVersions(version, needed), `${version} where ${needed} is needed`).toBeGreaterThanOrEqual(
      0,
    );
  });

  test("finds an image by any way to write its name", () => {
    const lock = readLock();
    expect(lockedImage(lock, "docker.io/traefik/whoami:latest")).toBe(lockedImage(lock, "traefik/whoami"));
  });

  test("builds a node's pause image whatever it is called, and nothing else that it doesn't know", () => {
    const lock = readLock();
    expect(lockedImage(lock, "rancher/pause:3.1", "docker.io/rancher/pause:3.1")).toEqual({
      name: "rancher/pause:3.1",
      pull: "rancher/pause:3.1",
      build: "fixtures/images/pause",
    });
    expect(lockedImage(lock, "busybox", "rancher/pause:3.1")).toEqual({ name: "busybox", pull: "busybox" });
  });

  test.each([
    ["rancher/coredns-coredns:1.8.3", "fixtures/images/coredns"],
    ["rancher/mirrored-coredns-coredns:1.9.1", "fixtures/images/coredns"],
    ["rancher/local-path-provisioner:v0.0.19", "fixtures/images/local-path-provisioner"],
    ["rancher/library-busybox:1.32.1", "fixtures/images/busybox"],
    ["library/busybox:stable-glibc", "fixtures/images/busybox"],
    ["rancher/mirrored-metrics-server:v0.6.3", undefined],
    ["somebody/notcoredns:1", undefined],
  ])("builds %s, which an add-on starts, from %s", (name, build) => {
    expect(addOnImage(readLock(), name)).toEqual({ name, pull: name, ...(build && { build }) });
  });

  test("names the image that Testcontainers starts by itself", () => {
    vi.stubEnv("RYUK_CONTAINER_IMAGE", undefined);
    vi.stubEnv("TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX", undefined);
    expect(readLock().ryuk.pull).toBe(getReaperImage());
  });

  test("is told field by field when it is not as expected", async () => {
    await using folder = await testFolder();
    const file = join(folder.path, "lock.yaml");
    await writeFile(file, "kubernetes: 1.36\nimages: []\n");
    expect(() => readLock(file)).toThrow(
      expect.objectContaining({
        name: "Problem",
        details: expect.arrayContaining([expect.stringContaining("node")]),
      }),
    );
  });
});
