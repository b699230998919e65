import { afterAll, beforeAll, expect, test } from "vitest";
import { type Engine, openEngine } from "../engine/engine.ts";
import { describeError } from "../problem.ts";
import { lineProgress } from "../progress.ts";
import { thisRun } from "../run.ts";
import { bootCluster } from "./boot.ts";
import { type ClusterPlan, planClusters } from "./plan.ts";

let engine: Engine;
let plan: ClusterPlan;

beforeAll(async () => {
  const run = thisRun();
  const progress = lineProgress();
  engine = await openEngine({ run, progress });
  plan = await planClusters({ engine, run, progress }, []);
}, 900_000);

afterAll(() => engine[Symbol.asyncDispose]());

test("a node that ends before its ports are bound is told with its last words", async () => {
  // An image with a shell, and without k3s.
  const engineName = plan.images.find(({ reference }) => reference.includes("multitool"))?.engineName ?? "";
  const broken = { ...plan, node: { ...plan.node, engineName } };
  const error = await bootCluster(broken, "broken", {}).catch((cause: unknown) => cause);
  const told = describeError(error);
  expect(told).toContain("does not come up: its container has ended");
  expect(told).toContain("/bin/k3s");
});
