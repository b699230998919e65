import { expect, test } from "vitest";
import { expectOneError, faultCheckout, haltNode, nodeContainer, passed } from "../testing/fault.ts";

/** A node that ends, or stands still, in the middle of a run. */

const checkout = faultCheckout();

/** How long the node stands still, in milliseconds. */
const HALT_MS = 60_000;

test("a node that is killed while it boots", { timeout: 180_000 }, async () => {
  const run = checkout.start("article", ["pod"]);
  const node = await nodeContainer();
  await node.kill();
  const exitCode = Number(await run.end);
  expectOneError({ output: run.output(), exitCode }, /^✗ .* does not come up: its container has ended$/m);
});

test("a node that is killed in the middle of a chapter", { timeout: 180_000 }, async () => {
  const run = checkout.start("article", ["pod"]);
  await run.prints(/^pod\.names/m);
  await (await nodeContainer()).kill();
  const exitCode = Number(await run.end);
  expectOneError({ output: run.output(), exitCode }, /^✗ the cluster was lost in the middle of the run: /m);
});

test("a node that stands still for a minute", { timeout: 300_000 }, async () => {
  const run = checkout.start("article", ["pod"]);
  await run.prints(/^pod\.names/m);
  {
    using _halt = await haltNode();
    await passed(HALT_MS);
  }
  const exitCode = Number(await run.end);
  const output = run.output();
  // It goes on where it stood; claims about time don't, or what must not take so long.
  expect(output.match(/^ {2}[✔✘!] .*NOT as expected.*$/gm) ?? []).toEqual(
    (output.match(/^ {2}the cluster stood still for \d+ s meanwhile/gm) ?? []).map(() =>
      expect.stringMatching(/^ {2}! error/),
    ),
  );
  if (exitCode === 0) expect(output).toMatch(/^\d+ passed, 0 failed, 0 skipped$/m);
  else expect(output).toMatch(/stood still|^✗ the cluster was lost in the middle of the run: /m);
});

test("a node that stands still for good", { timeout: 300_000 }, async () => {
  const run = checkout.start("article", ["pod"]);
  await run.prints(/^pod\.names/m);
  await haltNode();
  const exitCode = Number(await run.end);
  expectOneError({ output: run.output(), exitCode }, /^✗ the cluster was lost in the middle of the run: /m);
});

test("a node that stands still, and whose run is killed", { timeout: 180_000 }, async () => {
  const run = checkout.start("article", ["pod"]);
  await run.prints(/^pod\.names/m);
  await haltNode();
  run.signal("SIGKILL");
  await run.end;
  const { output, exitCode } = await checkout.run("article", ["pod", "-t", "pod.ready"]);
  expect(output).toMatch(/^1 passed, 0 failed, 0 skipped$/m);
  expect(exitCode).toBe(0);
});

test("a node that is killed before the chapters could begin", { timeout: 180_000 }, async () => {
  const run = checkout.start("article", ["pod", "replicaset"]);
  await run.prints(/^✓ Booting/m);
  await (await nodeContainer()).kill();
  const exitCode = Number(await run.end);
  expectOneError({ output: run.output(), exitCode }, /^✗ the cluster was lost in the middle of the run: /m);
});
