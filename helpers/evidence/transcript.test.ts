import { expect, test } from "vitest";
import { formatSteps, formatStepsBriefly, Transcript } from "./transcript.ts";

const step = {
  command: "kubectl get pods",
  where: "kubectl",
  output: "NAME\nwhoami",
  exitCode: 0,
  duration: 1,
} as const;

test("a transcript reads like a terminal", () => {
  const onNode = { ...step, command: "ls", where: "node", output: "", exitCode: 2 } as const;
  expect(formatSteps([step, onNode])).toEqual([
    "$ kubectl get pods",
    "NAME",
    "whoami",
    "node# ls",
    "(exit code 2)",
  ]);
  const typed = { ...step, command: "docker ps", where: "engine", output: "" } as const;
  const asRoot = { ...step, command: "ls", where: "host", output: "" } as const;
  expect(formatSteps([typed, asRoot])).toEqual(["$ docker ps", "host# ls"]);
});

test("of a very long line the beginning and the end are shown", () => {
  const output = `The Job is invalid: ${"x".repeat(2000)}: field is immutable`;
  const [, line = ""] = formatSteps([{ ...step, output }]);
  expect(line).toMatch(/^The Job is invalid: x+ … \(1640 more signs\) … x+: field is immutable$/);
});

test("a brief one says how much it leaves out", () => {
  const output = Array.from({ length: 15 }, (_, i) => `line ${i}`).join("\n");
  const lines = formatStepsBriefly([{ ...step, output }]);
  expect(lines.slice(-2)).toEqual(["line 11", "… 3 more lines"]);
});

test("what arrives is sanitised at once", () => {
  const transcript = new Transcript();
  transcript.add({ ...step, output: "\u001b[31mBearer abcdefghijkl\u001b[0m\n" });
  expect(transcript.steps[0]?.output).toBe("Bearer <redacted token>");
});
