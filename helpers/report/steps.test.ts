import { expect, test } from "vitest";
import { WORDS } from "../../chapters/11-differences.words.ts";
import type { Step } from "../evidence/transcript.ts";
import { tellSteps } from "./steps.ts";

function step(command: string, more: Partial<Step> = {}): Step {
  return { command, where: "api", output: "", exitCode: 0, duration: 1, ...more };
}

test("what is said in words is told in Chinese, a command as a reader types it", () => {
  const steps = [
    step("The Pods of rolling during the update"),
    step("kubectl get pods", { where: "kubectl", output: "none", exitCode: 1 }),
  ];
  expect(tellSteps(steps, "zh")).toEqual([
    "更新期间 rolling 的 Pod",
    "$ kubectl get pods",
    "none",
    "（退出码 1）",
  ]);
  expect(tellSteps(steps, "en")).toEqual([
    "The Pods of rolling during the update",
    "$ kubectl get pods",
    "none",
    "(exit code 1)",
  ]);
});

test("what has no Chinese yet is told in English", () => {
  expect(tellSteps([step("Something new")], "zh")).toEqual(["Something new"]);
});

test("the table that is drawn in both languages is told in one", () => {
  const steps = [step(WORDS.en.title), step(WORDS.zh.title)];
  expect(tellSteps(steps, "en")).toEqual([WORDS.en.title]);
  expect(tellSteps(steps, "zh")).toEqual([WORDS.zh.title]);
});
