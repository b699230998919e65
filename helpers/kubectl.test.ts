import { expect, test } from "vitest";
import { Transcript } from "./evidence/transcript.ts";
import { createKubectl, type ExecResult } from "./kubectl.ts";

/** kubectl with a fixed answer: what is tested here is how answers are read, not kubectl. */
function answering(result: Partial<ExecResult>) {
  const transcript = new Transcript();
  const ran: string[][] = [];
  const kubectl = createKubectl(async (args) => {
    ran.push([...args]);
    return { stdout: "", stderr: "", exitCode: 0, ...result };
  }, transcript);
  return { kubectl, transcript, ran };
}

test("what is shown is what ran", async () => {
  const { kubectl, transcript, ran } = answering({ stdout: "whoami nettool" });
  const output = await kubectl`get pods -n whoami whoami -o jsonpath={.spec.containers[*].name}`;
  expect(output.text).toBe("whoami nettool");
  expect(ran).toEqual([
    ["kubectl", "get", "pods", "-n", "whoami", "whoami", "-o", "jsonpath={.spec.containers[*].name}"],
  ]);
  expect(transcript.steps[0]).toMatchObject({
    command: "kubectl get pods -n whoami whoami -o 'jsonpath={.spec.containers[*].name}'",
    output: "whoami nettool",
  });
});

test("the exit code of a command inside a container is an observation", async () => {
  const { kubectl } = answering({ exitCode: 7, stderr: "command terminated with exit code 7" });
  expect(await kubectl`exec whoami -- curl localhost`).toMatchObject({ exitCode: 7 });
});

test("a command that the container does not have is an error, not an observation", async () => {
  const { kubectl } = answering({ exitCode: 127, stderr: "command terminated with exit code 127" });
  await expect(kubectl`exec whoami -- netstat`).rejects.toThrow("exit code 127");
});

test("a failure of kubectl itself throws, with command and answer", async () => {
  const { kubectl } = answering({ exitCode: 1, stderr: "Error from server (NotFound): pods not found" });
  await expect(kubectl`exec whoami -- curl localhost`).rejects.toThrow(
    "kubectl exec whoami -- curl localhost ended with exit code 1:\nError from server (NotFound)",
  );
  await expect(kubectl`get pods`).rejects.toThrow("exit code 1");
  expect(await kubectl.orRefusal`get pods`).toMatchObject({ exitCode: 1 });
});

test("a secret in an answer is not kept", async () => {
  const { kubectl, transcript } = answering({ stdout: "token: abcdefghijklmnopqrstuvwxyz" });
  await kubectl`get secret`;
  expect(transcript.steps[0]?.output).toBe("token: <redacted key data>");
});

test("a row that is not there is empty", async () => {
  const { kubectl } = answering({ stdout: "NAME READY\nwhoami 2/2" });
  const output = await kubectl`get pods`;
  expect(output.row("other")).toEqual({});
});
