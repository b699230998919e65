import type Dockerode from "dockerode";
import { expect, test } from "vitest";
import { runOfLabels, thisRun } from "../run.ts";
import { probe } from "./probe.ts";

test("an engine that dies is told by what it could not do, not by what was left there", async () => {
  const run = thisRun();
  const dead = () => Promise.reject(new Error("connect ECONNREFUSED"));
  let made: Dockerode.ContainerCreateOptions = {};
  const docker = {
    createContainer: async (options: Dockerode.ContainerCreateOptions) => {
      made = options;
      return { start: dead, remove: () => Promise.reject(new Error("while removing")) };
    },
  } as unknown as Dockerode;
  await expect(probe(docker, run, "node", ["--version"])).rejects.toMatchObject({
    name: "Problem",
    message: "node doesn't run as a k3s node: connect ECONNREFUSED",
  });
  expect(runOfLabels(made.Labels ?? {})).toEqual(run);
});
