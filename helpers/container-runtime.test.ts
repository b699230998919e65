import { expect, test } from "vitest";
import { NotObservable } from "./chapter/outcome.ts";
import { containerRuntime } from "./container-runtime.ts";
import { Transcript } from "./evidence/transcript.ts";
import { createNodeCommand, type ExecResult } from "./kubectl.ts";

/** A runtime on a node with a fixed answer: what is tested here is how it is asked and read, not a runtime. */
function answering(kind: string, answer: Partial<ExecResult>) {
  const transcript = new Transcript();
  const node = createNodeCommand(
    async () => ({ stdout: "", stderr: "", exitCode: 0, ...answer }),
    transcript,
  );
  const asked = () => transcript.steps.map(({ command }) => command);
  return { runtime: containerRuntime(kind, node), asked };
}

test("Docker is asked with its own command line, as in the article", async () => {
  const { runtime, asked } = answering("docker", { stdout: "4711\n" });
  expect(await runtime.pid("52d2b3478c88", "container")).toBe(4711);
  expect(await runtime.sandbox("0a1b")).toBe("4711");
  expect(asked()).toEqual([
    "docker inspect --format '{{.State.Pid}}' 52d2b3478c88",
    "docker ps --quiet --no-trunc --filter label=io.kubernetes.pod.uid=0a1b --filter label=io.kubernetes.docker.type=podsandbox",
  ]);
});

test("any other runtime is asked with crictl", async () => {
  const { runtime, asked } = answering("containerd", { stdout: "4711\n" });
  expect(await runtime.pid("52d2b3478c88", "sandbox")).toBe(4711);
  expect(asked()).toEqual(["crictl inspectp --output go-template --template '{{.info.pid}}' 52d2b3478c88"]);
});

test("what a runtime does not tell can't be observed", async () => {
  const { runtime } = answering("containerd", { stdout: "<no value>\n" });
  await expect(runtime.pid("52d2b3478c88", "sandbox")).rejects.toThrow(NotObservable);
  await expect(runtime.sandboxImage("52d2b3478c88")).rejects.toThrow(NotObservable);
});

test("nor can Docker be asked on a node without its command; any other failure is an error", async () => {
  const missing = answering("docker", { exitCode: 126, stdout: "executable file not found in $PATH" });
  await expect(missing.runtime.sandbox("0a1b")).rejects.toThrow("the node has no docker command");
  const failing = answering("docker", { exitCode: 1, stderr: "Cannot connect to the Docker daemon" });
  await expect(failing.runtime.sandbox("0a1b")).rejects.toThrow("Cannot connect");
  await expect(failing.runtime.sandbox("0a1b")).rejects.not.toThrow(NotObservable);
});
