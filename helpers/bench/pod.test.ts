import { expect, test } from "vitest";
import { stagesOf } from "./pod.ts";

const condition = (type: string) => ({ type, status: "True" });

test("a stage is reached when the Pod first shows it", () => {
  const stages = stagesOf(
    [
      { at: 1100, type: "ADDED", object: { spec: { containers: [] } } },
      { at: 1150, type: "MODIFIED", object: { spec: { containers: [], nodeName: "server" } } },
      {
        at: 1900,
        type: "MODIFIED",
        object: {
          spec: { containers: [], nodeName: "server" },
          status: { conditions: [condition("PodReadyToStartContainers"), condition("Ready")] },
        },
      },
    ],
    1000,
  );
  expect(stages).toEqual({ accepted: 0.1, scheduled: 0.15, sandbox: 0.9, ready: 0.9 });
});

test("a stage that was never reached is not told", () => {
  expect(stagesOf([{ at: 5, type: "ADDED", object: {} }], 0)).toEqual({ accepted: 0.005 });
});
