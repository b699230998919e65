import type Dockerode from "dockerode";
import { expect, test } from "vitest";
import { Problem } from "../problem.ts";
import { engineTrouble } from "./trouble.ts";

/** Somebody's engine, as far as it is asked whether it answers. */
const engine = (ping: () => Promise<unknown>) => ({
  docker: { ping } as unknown as Dockerode,
  dockerHost: "unix:///run/docker.sock",
  private: false,
});

test("an engine that answers is not to blame", async () => {
  const error = new Problem("the node does not come up", "Look at it.");
  expect(
    await engineTrouble(
      engine(() => Promise.resolve("OK")),
      error,
    ),
  ).toBe(error);
});

test("an engine that is gone is told before whatever failed for want of it", async () => {
  const error = new Problem("the node does not come up: socket hang up", "Look at it.", {
    details: ["a line"],
  });
  const gone = engine(() => Promise.reject(new Error("connect ENOENT /run/docker.sock")));
  expect(await engineTrouble(gone, error)).toMatchObject({
    name: "Problem",
    message:
      "the container engine at unix:///run/docker.sock does not answer any more: the node does not come up: socket hang up",
    remedy: expect.stringContaining("docker info"),
    details: ["a line"],
    cause: error,
  });
});
