import { describe, expect, test } from "vitest";
import {
  familiarName,
  fileName,
  fullName,
  onMirror,
  parseReference,
  repositoryName,
  sameReference,
} from "./reference.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("names of images", () => {
  test.each([
    ["busybox", "docker.io/library/busybox:latest", "busybox:latest"],
    ["traefik/whoami", "docker.io/traefik/whoami:latest", "traefik/whoami:latest"],
    ["docker.io/traefik/whoami:v1.11.0", "docker.io/traefik/whoami:v1.11.0", "traefik/whoami:v1.11.0"],
    ["index.docker.io/a/b", "docker.io/a/b:latest", "a/b:latest"],
    ["localhost:5000/a", "localhost:5000/a:latest", "localhost:5000/a:latest"],
    ["registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"],
    [`a/b@${DIGEST}`, `docker.io/a/b@${DIGEST}`, `a/b@${DIGEST}`],
  ])("%s in full and for people", (name, full, familiar) => {
    expect(fullName(name)).toBe(full);
    expect(familiarName(name)).toBe(familiar);
    expect(sameReference(name, full)).toBe(true);
  });

  test.each(["", "A/b", "a b", "a:", "a@sha256:123", "-a", `a@${DIGEST}@${DIGEST}`])(
    "%j is not one",
    (name) => {
      expect(() => parseReference(name)).toThrow("not an image name");
    },
  );

  test("a mirror keeps path and tag", () => {
    expect(familiarName(onMirror("localhost:5000", "traefik/whoami:v1"))).toBe(
      "localhost:5000/traefik/whoami:v1",
    );
    expect(familiarName(onMirror("10.0.0.1:5000/cache/", "busybox"))).toBe(
      "10.0.0.1:5000/cache/library/busybox:latest",
    );
  });

  test("repository and file names", () => {
    expect(repositoryName("docker.io/rancher/k3s:v1.36.3-k3s1")).toBe("rancher/k3s");
    expect(repositoryName(`localhost:5000/a/b@${DIGEST}`)).toBe("localhost:5000/a/b");
    expect(fileName("traefik/whoami")).toBe("traefik-whoami");
    expect(fileName("rancher/mirrored-pause:3.6")).toBe("rancher-mirrored-pause-3.6");
    expect(fileName(`a/b@${DIGEST}`)).toBe("a-b-aaaaaaaaaaaa");
  });
});
