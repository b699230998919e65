import { describe, expect, test } from "vitest";
import { KUBERNETES_LABEL } from "./engine-image.ts";
import { kindOf, pauseImageOf, versionByName } from "./node-facts.ts";

const BARE = { labels: {} };
const OFFLINE = { labels: { [KUBERNETES_LABEL]: "v1.36.3" } };

describe("what a node's image is", () => {
  test.each([
    ["v1.36.3", OFFLINE, "proven-tutorial/node:0123456789abcdef"],
    ["v1.36.3", BARE, "rancher/k3s:v1.36.3-k3s1"],
    ["v1.21.2", BARE, "localhost:5000/rancher/k3s:v1.21.2-k3s1-amd64"],
    ["v1.37.0", BARE, "rancher/k3s:v1.37.0-rc2-k3s1"],
    [undefined, BARE, "rancher/k3s:latest"],
    [undefined, BARE, "me/k3s:v1.2.3"],
  ])("version %s by label or tag", (version, image, reference) => {
    expect(versionByName(image, reference)).toBe(version);
  });

  test.each([
    ["offline node", OFFLINE, "proven-tutorial/node:1", ""],
    ["k3s", BARE, "rancher/k3s:v1.36.3-k3s1", ""],
    ["k3s", BARE, "localhost:5000/rancher/k3s:v1.36.3-k3s1", ""],
    ["k3s", BARE, "me/mine:1", "k3s version v1.36.3+k3s1 (abcdef)\ngo version go1.26\n"],
    ["custom", BARE, "me/mine:1", "Kubernetes v1.36.3"],
  ])("kind %s", (kind, image, reference, version) => {
    expect(kindOf(image, reference, version)).toBe(kind);
  });

  test("the pause image in the help of k3s, old and new", () => {
    const old =
      '   --pause-image value                        (agent/runtime) Customized pause image for containerd or docker sandbox (default: "docker.io/rancher/pause:3.1")';
    const now =
      '   --no-flannel\n   --pause-image value  (agent/runtime) Customized pause image for containerd or docker sandbox (default: "rancher/mirrored-pause:3.6")\n   --snapshotter value (default: "overlayfs")';
    expect(pauseImageOf(old)).toBe("docker.io/rancher/pause:3.1");
    expect(pauseImageOf(now)).toBe("rancher/mirrored-pause:3.6");
    expect(pauseImageOf('   --snapshotter value (default: "overlayfs")')).toBeUndefined();
  });
});
