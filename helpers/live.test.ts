import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Live } from "./live.ts";
import { lineProgress } from "./progress.ts";

class FakeTerminal {
  readonly isTTY: boolean;
  readonly columns = 40;
  readonly rows = 24;
  written = "";

  constructor(isTTY = true) {
    this.isTTY = isTTY;
  }

  write(text: string): boolean {
    this.written += text;
    return true;
  }

  /** What was written since the last time, as it can be read. */
  take(): string[] {
    const lines = stripVTControlCharacters(this.written)
      .split("\n")
      .filter((line) => line !== "");
    this.written = "";
    return lines;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("tells what is being done, and for how long", () => {
  const terminal = new FakeTerminal();
  const live = new Live(terminal, {});
  live.begin("a", () => "Booting");
  vi.advanceTimersByTime(3200);
  expect(terminal.take().at(-1)).toBe("▸ Booting 3 s");
  live.end("a");
  terminal.take();
  vi.advanceTimersByTime(5000);
  expect(terminal.take()).toEqual([]);
});

test("what is printed stands above", () => {
  const terminal = new FakeTerminal();
  const live = new Live(terminal, {});
  live.begin("a", () => "Asking");
  vi.advanceTimersByTime(200);
  terminal.take();
  live.print("a result\n");
  expect(terminal.take()).toEqual(["a result", "▸ Asking 0 s"]);
});

test("a line is no wider than the terminal, and there are not too many", () => {
  const terminal = new FakeTerminal();
  const live = new Live(terminal, {});
  for (let i = 0; i < 11; i++) live.begin(String(i), () => `Asking ${"x".repeat(80)}`);
  vi.advanceTimersByTime(200);
  const lines = terminal.take();
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  expect(lines).toHaveLength(9);
  expect(lines.at(-1)).toBe("  … and 3 more");
});

test.each([
  ["no terminal", new FakeTerminal(false), {}],
  ["a CI's log", new FakeTerminal(), { CI: "true" }],
  ["a dumb terminal", new FakeTerminal(), { TERM: "dumb" }],
])("%s gets no such lines, but all that is printed", (_, terminal, environment) => {
  const live = new Live(terminal, environment);
  live.begin("a", () => "Asking");
  vi.advanceTimersByTime(1000);
  live.print("a result\n");
  expect(terminal.written).toBe("a result\n");
});

test("a step is told live on a terminal, and how long it took when it took long", async () => {
  const terminal = new FakeTerminal();
  const live = new Live(terminal, {});
  const step = lineProgress((line) => live.print(`${line}\n`), live).step("Building", async (update) => {
    update("half");
    await vi.advanceTimersByTimeAsync(2000);
    expect(terminal.take().at(-1)).toBe("▸ Building: half 2 s");
  });
  await step;
  expect(terminal.take().at(-1)).toBe("✓ Building (2.0 s)");
});

test("in a log a long step says that it began, that it goes on, and that it ended", async () => {
  const lines: string[] = [];
  const progress = lineProgress((line) => lines.push(line), new Live(new FakeTerminal(false), {}));
  await progress.step("Building", () => vi.advanceTimersByTimeAsync(11_000).then(() => undefined));
  expect(lines).toEqual(["… Building", "… Building: 10.0 s so far", "✓ Building (11.0 s)"]);
});
