import { expect, test } from "vitest";
import { leftBehind } from "./left-behind.ts";

test("what came with a round is left behind, but for the cgroups and the bridge of the engine that still runs", () => {
  const before = ["folder /run/proven-tutorial-1", "link lo"];
  const after = [
    ...before,
    "cgroup /sys/fs/cgroup/memory/proven-tutorial-1",
    "cgroup /sys/fs/cgroup/memory/proven-tutorial-1/kubepods",
    "cgroup /sys/fs/cgroup/memory/proven-tutorial-2",
    "link pt-1",
    "link veth1",
  ];
  expect(leftBehind(before, after)).toEqual([
    "cgroup /sys/fs/cgroup/memory/proven-tutorial-1/kubepods",
    "cgroup /sys/fs/cgroup/memory/proven-tutorial-2",
    "link veth1",
  ]);
});
