import { expect, test } from "vitest";
import { readLedgers, ledgerFile, readTranscript } from "../ledger/files.ts";
import { phrase } from "./phrases.ts";

test.each([
  ["The Pods of rolling during the update:", "更新期间 rolling 的 Pod"],
  ["The Pods of Job batch", "Job batch 的 Pod"],
  [
    "Waited 75 s for the clock: the next tick of CronJob forbid",
    "等待 75 秒，直到 CronJob forbid 的下一次触发",
  ],
  [
    "Applied through the API (a reader would: kubectl apply -f a.yaml)",
    "通过 API 提交（读者可执行：kubectl apply -f a.yaml）",
  ],
])("%s", (en, zh) => {
  expect(phrase(en)).toEqual({ en: en.replace(/:$/, ""), zh });
});

test("what has no Chinese is an error that names it", () => {
  expect(() => phrase("Something new")).toThrow(/"Something new", which has no Chinese/);
});

test("all that the recordings say in words has a Chinese half", () => {
  const said = readLedgers().flatMap(({ head }) =>
    (readTranscript(ledgerFile(head))?.chapters ?? []).flatMap(({ prelude, claims }) => [
      ...[...prelude, ...claims.flatMap(({ steps }) => steps)].flatMap(({ where, command }) =>
        where === "api" ? [command] : [],
      ),
      ...claims.flatMap(({ timelines }) => timelines.map(({ title }) => title)),
    ]),
  );
  expect(said.length).toBeGreaterThan(0);
  for (const text of said) expect(phrase(text).zh).not.toBe("");
});
