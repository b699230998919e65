import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { identify, isRunning } from "../../engine/processes.ts";
import { testFolder } from "../testing/context.ts";
import { remedyFor, runCommand } from "./child.ts";

describe("a command of a build", () => {
  test("gives its output, line by line too", async () => {
    const lines: string[] = [];
    const output = await runCommand("sh", ["-c", "echo one; echo two >&2"], {
      doing: "x",
      onLine: (line) => lines.push(line),
    });
    expect(output.split("\n").sort()).toEqual(["one", "two"]);
    expect(lines.sort()).toEqual(["one", "two"]);
  });

  test("that fails is told with its part and its last lines", async () => {
    const script =
      "for i in $(seq 40); do echo line $i; done; echo noise; echo 'disk: no space left on device'; exit 3";
    await expect(
      runCommand("sh", ["-c", script], { doing: "compiling the node", isNoise: (line) => line === "noise" }),
    ).rejects.toMatchObject({
      name: "Problem",
      message: "compiling the node failed: sh ended with exit code 3",
      remedy: "free some space on that disk and run it again; what was built before is kept",
      details: [...Array.from({ length: 14 }, (_, i) => `line ${i + 27}`), "disk: no space left on device"],
    });
  });

  test("that isn't there is named", async () => {
    await expect(runCommand("no-such-program", [], { doing: "x" })).rejects.toThrow(
      "x failed: no-such-program is not installed",
    );
  });

  test("that is called off ends with all its children", async () => {
    await using folder = await testFolder();
    const file = join(folder.path, "pid");
    const stop = new AbortController();
    const script = `sh -c 'trap "" INT; echo $$ > ${file}; sleep 60; sleep 60' & wait`;
    const running = runCommand("sh", ["-c", script], { doing: "x", signal: stop.signal });
    const expected = expect(running).rejects.toThrow("enough");
    const pid = await pidIn(file);
    const grandchild = identify(pid);
    stop.abort(new Error("enough"));
    await expected;
    await sleep(50);
    expect(grandchild && isRunning(grandchild)).toBe(false);
  });
});

test.each([
  ["verifying k8s.io/api@v0.36.3: checksum mismatch\nSECURITY ERROR", /not what is pinned/],
  [
    "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. but the hashes do not match the hashes",
    /not what is pinned/,
  ],
  ["go: missing go.sum entry for module", /go mod tidy/],
  ["dial tcp 1.2.3.4:443: connect: connection refused", /network/],
  ["compile: signal: killed", /out of memory/],
  ["main.go:3: undefined: x", /last lines/],
])("%s has a remedy", (output, remedy) => {
  expect(remedyFor(output)).toMatch(remedy);
});

async function pidIn(file: string): Promise<number> {
  for (;;) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text.trim()) return Number(text);
    await sleep(20);
  }
}
