import type { V1Pod } from "@kubernetes/client-node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Stillness } from "./stillness.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

const running: V1Pod = { status: { phase: "Running" } };
const beingMade: V1Pod = { spec: { nodeName: "server", containers: [] }, status: { phase: "Pending" } };

/** After how many seconds of looks, one in each, nothing changes any more; undefined when not within five minutes. */
function stillAfter(look: (second: number) => V1Pod): number | undefined {
  const stillness = new Stillness(15_000);
  for (let second = 1; second <= 300; second++) {
    vi.advanceTimersByTime(1_000);
    if (stillness.lasts({ pods: [look(second)], unready: [] })) return second;
  }
  return undefined;
}

test("nothing changes any more when nothing has changed for the time that is given", () => {
  expect(stillAfter(() => running)).toBe(17);
});

test("a change begins it anew", () => {
  const restarted: V1Pod = { status: { phase: "Running", reason: "restarted" } };
  expect(stillAfter((second) => (second < 10 ? running : restarted))).toBe(26);
});

test("containers that are being made may take two minutes", () => {
  expect(stillAfter(() => beingMade)).toBe(122);
});

test("a Pod whose nodes are full is waited for: others will go", () => {
  const message = "0/1 nodes are available: 1 Too many pods.";
  const conditions = [{ type: "PodScheduled", status: "False", message }];
  expect(stillAfter(() => ({ status: { phase: "Pending", conditions } }))).toBeUndefined();
});

test("the time in which nobody could look does not count", () => {
  const stillness = new Stillness(15_000);
  const seen = { pods: [running], unready: [] };
  stillness.lasts(seen);
  vi.advanceTimersByTime(60_000);
  expect(stillness.lasts(seen)).toBe(false);
});
