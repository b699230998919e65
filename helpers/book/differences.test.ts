import { describe, expect, test } from "vitest";
import type { Step } from "../evidence/transcript.ts";
import { differingLines } from "./differences.ts";

function step(output: string): Step {
  return { command: "kubectl get pods", output, where: "kubectl", exitCode: 0, duration: 1 };
}

const ENTRY = (owner: string, time: string) => `lrwxrwxrwx 1 ${owner} ${owner} 0 ${time} net -> net:[40]`;

describe("lines that another run does not have", () => {
  test.each<[string, string[], string[], number[][]]>([
    ["the same", ["a\nb"], ["a\nb"], [[]]],
    ["one is otherwise", ["a\nb\nc"], ["a\nx\nc"], [[1]]],
    ["one came in between", ["a\nnew\nb"], ["a\nb"], [[1]]],
    ["one is missing", ["a\nb"], ["a\nx\nb"], [[]]],
    ["a whole step came in", ["a", "b"], ["a"], [[], [0]]],
    ["only an address", ["web 10.42.0.7"], ["web 10.42.0.9"], [[]]],
    ["only a generated name", ["web-79c4c49b87-n95j4  1/1"], ["web-6d9f5bdff6-xx569  1/1"], [[]]],
    ["only the padding", ["NAME    READY"], ["NAME  READY"], [[]]],
    ["only an owner and a time", [`${ENTRY("root", "Nov 23 23:53")}`], [ENTRY("0", "Nov  4 01:02")], [[]]],
    [
      "a namespace that is another of its kind",
      ["net:[7]\nuts:[8]\nnet:[9]"],
      ["net:[1]\nuts:[2]\nnet:[1]"],
      [[2]],
    ],
    ["only how often a rollout was waited for", ["Waiting for 1\ndone"], ["Waiting for 2\ndone"], [[]]],
    ["only a process's number", ["688"], ["9021"], [[]]],
    ["which of two addresses", ["10.0.0.1\n10.0.0.1"], ["10.0.0.1\n10.0.0.2"], [[1]]],
  ])("%s", (_, own, others, marked) => {
    expect(differingLines(own.map(step), others.map(step))).toEqual(marked);
  });
});
