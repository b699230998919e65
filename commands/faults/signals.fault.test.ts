import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../../helpers/wait.ts";
import { engineFolders, faultCheckout, haltEngine, passed } from "../testing/fault.ts";

/** A run that is ended at some point leaves nothing; one that is killed leaves what the next run removes. */

/** From the first line to the last: when so many milliseconds have passed since the command was started. */
const POINTS = [100, 500, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 10_000];

const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

const checkout = faultCheckout();

const CASES = POINTS.flatMap((after) => SIGNALS.map(([name, code]) => ({ after, name, code })));

/** Another run is as if nothing had been. */
async function expectNextRun(): Promise<void> {
  const { output, exitCode } = await checkout.run("article", ["pod", "-t", "pod.ready"]);
  expect(output).toMatch(/^1 passed, 0 failed, 0 skipped$/m);
  expect(exitCode).toBe(0);
}

describe("ended from outside", () => {
  test.each(CASES)("$name after $after ms", { timeout: 120_000 }, async ({ after, name, code }) => {
    const run = checkout.start("article", ["pod"]);
    await passed(after);
    run.signal(name);
    // Before the program has set its handlers, the signal itself ends it.
    expect([code, name]).toContain(await run.end);
  });

  test("SIGTERM while its engine starts", { timeout: 120_000 }, async () => {
    const { state } = engineFolders();
    const run = checkout.start("article", ["pod"]);
    await waitFor({
      what: "an engine that starts",
      look: () => Promise.resolve(existsSync(state)),
      until: (found) => found,
      interval: 5,
    });
    run.signal("SIGTERM");
    expect(await run.end).toBe(143);
  });

  test("SIGINT while it removes what it made", { timeout: 120_000 }, async () => {
    const run = checkout.start("article", ["pod", "-t", "pod.ready"]);
    await run.prints(/^Everything that was seen/m);
    run.signal("SIGINT");
    expect(await run.end).toBe(130);
    expect(run.output()).toMatch(/^1 passed, 0 failed, 0 skipped$/m);
  });
});

describe("killed", () => {
  test.each(POINTS)(
    "after %i ms, and the next run removes what is left",
    { timeout: 180_000 },
    async (after) => {
      const run = checkout.start("article", ["pod"]);
      await passed(after);
      run.signal("SIGKILL");
      await run.end;
      await expectNextRun();
    },
  );

  test("by somebody who does not wait for the first signal", { timeout: 180_000 }, async () => {
    const run = checkout.start("article", ["pod"]);
    await run.prints(/^pod\.ready/m);
    {
      // Without it, all is removed within a second.
      using _halt = haltEngine();
      run.signal("SIGINT");
      await passed(1_100);
      run.signal("SIGINT");
      expect(await run.end).toBe(130);
    }
    await expectNextRun();
  });
});

describe("while an image is built", () => {
  let folder: string;
  let source: string;
  let before: string;
  beforeAll(() => {
    // Without anything that was compiled before it takes a while.
    folder = mkdtempSync(join(tmpdir(), "faults-"));
    source = join(checkout.folder, "fixtures/images/whoami/main.go");
    before = readFileSync(source, "utf8");
    appendFileSync(source, "\n// Another program.\n");
  });
  afterAll(() => {
    writeFileSync(source, before);
    rmSync(folder, { recursive: true, force: true });
  });

  test("SIGTERM ends the compiler as well", { timeout: 120_000 }, async () => {
    const run = checkout.start("setup", [], { GOCACHE: folder });
    await run.prints(/^… compiling whoami/m);
    run.signal("SIGTERM");
    expect(await run.end).toBe(143);
  });

  test("SIGKILL leaves a compiler, and the next run ends it", { timeout: 180_000 }, async () => {
    const run = checkout.start("setup", [], { GOCACHE: folder });
    await run.prints(/^… compiling whoami/m);
    run.signal("SIGKILL");
    await run.end;
    expect(checkout.running()).toContainEqual(expect.stringMatching(/\bgo build\b/));
    writeFileSync(source, before);
    expect((await checkout.run("setup", [])).exitCode).toBe(0);
  });
});
