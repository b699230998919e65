import type { V1Pod } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { deadEnd, isBeingMade, isReady, stateOf } from "./pod-state.ts";

function waiting(reason: string, message?: string): V1Pod {
  return {
    metadata: { name: "web" },
    spec: { nodeName: "server", containers: [] },
    status: {
      phase: "Pending",
      containerStatuses: [
        {
          ...{ name: "main", image: "", imageID: "", ready: false, restartCount: 0 },
          state: { waiting: { reason, ...(message && { message }) } },
        },
      ],
    },
  };
}

test("an image that can't be had is a dead end, told with the kubelet's words", () => {
  expect(deadEnd(waiting("ImagePullBackOff", "no such image"))).toBe(
    "container main: ImagePullBackOff (no such image)",
  );
  expect(isBeingMade(waiting("ImagePullBackOff"))).toBe(false);
});

test("what the kubelet tries again by itself is none", () => {
  for (const reason of ["ContainerCreating", "ErrImagePull", "RunContainerError"]) {
    expect(deadEnd(waiting(reason))).toBeUndefined();
    expect(isBeingMade(waiting(reason))).toBe(true);
  }
});

test("a Pod that has ended does not become ready any more", () => {
  expect(deadEnd({ status: { phase: "Succeeded" } })).toBe("it has ended (Succeeded)");
});

test("a Pod that no node takes is not being made, and says why", () => {
  const conditions = [{ type: "PodScheduled", status: "False", message: "no node matches" }];
  const pod: V1Pod = {
    metadata: { name: "web" },
    spec: { containers: [] },
    status: { phase: "Pending", conditions },
  };
  expect(isBeingMade(pod)).toBe(false);
  expect(isReady(pod)).toBe(false);
  expect(stateOf(pod)).toBe("web is Pending (no node matches)");
});

test("an init container that never ends is named", () => {
  const status = { image: "", imageID: "", ready: false, restartCount: 0 };
  const pod: V1Pod = {
    metadata: { name: "web" },
    status: {
      phase: "Pending",
      initContainerStatuses: [{ ...status, name: "first", state: { running: {} } }],
      containerStatuses: [{ ...status, name: "main", state: { waiting: { reason: "PodInitializing" } } }],
    },
  };
  expect(stateOf(pod)).toBe("web is Pending (first: running, not ready, main: PodInitializing)");
});
