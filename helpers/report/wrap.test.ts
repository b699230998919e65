import stringWidth from "string-width";
import { expect, test } from "vitest";
import { wrapChinese } from "./wrap.ts";

test("Chinese is broken between words, and no word in Latin letters is", () => {
  const text = "Pod 只有一个 IP，取自集群的 Pod 网段（k3s 默认为 10.42.0.0/16）";
  const lines = wrapChinese(text, 24).split("\n");
  expect(lines.length).toBeGreaterThan(2);
  expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(24);
  expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  expect(lines.join("\n")).toContain("10.42.0.0/16");
});

test("no line begins with what ends a sentence or closes a bracket", () => {
  for (let width = 8; width < 40; width++) {
    const lines = wrapChinese("容器（例如 whoami）会立刻结束，用不着等 30 秒。", width).split("\n");
    for (const line of lines) expect(line).not.toMatch(/^[，。）]/);
  }
});

test("a word that is wider than a line stays whole", () => {
  expect(wrapChinese("用 terminationGracePeriodSeconds 缩短", 10)).toBe(
    "用\nterminationGracePeriodSeconds\n缩短",
  );
});
