import { expect, test } from "vitest";
import { createDocker } from "./docker.ts";
import { Transcript } from "./evidence/transcript.ts";
import type { ExecResult } from "./kubectl.ts";

/** A command line with a fixed answer: what is tested here is how answers are read, not an engine. */
function answering(result: Partial<ExecResult>) {
  const transcript = new Transcript();
  const ran: string[][] = [];
  const docker = createDocker(
    "docker",
    async (args) => {
      ran.push([...args]);
      return { stdout: "", stderr: "", exitCode: 0, ...result };
    },
    transcript,
  );
  return { docker, transcript, ran };
}

test("what is shown is what ran", async () => {
  const { docker, transcript, ran } = answering({ stdout: "4711" });
  await docker`inspect --format ${"{{.State.Pid}}"} ${"whoami"}`;
  expect(ran).toEqual([["docker", "inspect", "--format", "{{.State.Pid}}", "whoami"]]);
  expect(transcript.steps[0]).toMatchObject({
    command: "docker inspect --format '{{.State.Pid}}' whoami",
    where: "engine",
    output: "4711",
  });
});

test("the exit code of a command inside a container is an observation", async () => {
  const { docker } = answering({ exitCode: 7 });
  expect(await docker`exec nettool curl localhost`).toMatchObject({ exitCode: 7 });
  expect(await docker`run --rm nettool curl localhost`).toMatchObject({ exitCode: 7 });
});

test("a refusal throws, unless it is what is to be seen", async () => {
  const refused = { exitCode: 125, stderr: "docker: --uts: invalid UTS mode." };
  const { docker } = answering(refused);
  await expect(docker`run --uts container:pause nettool`).rejects.toThrow("exit code 125:\ndocker: --uts");
  expect(await docker.orRefusal`run --uts container:pause nettool`).toMatchObject(refused);
});

test("a failure of the engine is no observation, whatever its exit code", async () => {
  const missing = answering({
    exitCode: 1,
    stderr: "Error response from daemon: No such container: nettool",
  });
  await expect(missing.docker`exec nettool true`).rejects.toThrow("No such container");
  const noCommand = answering({ exitCode: 127 });
  await expect(noCommand.docker`exec nettool netstat`).rejects.toThrow("exit code 127");
  const other = answering({ exitCode: 1 });
  await expect(other.docker`ps`).rejects.toThrow("exit code 1");
});
