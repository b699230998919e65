import { expect, test } from "vitest";
import { faultCheckout } from "../testing/fault.ts";

/** What is around a run and must not matter to it. The checkout's path, and the cache's, have a blank and an accent. */

const checkout = faultCheckout();

test("a proxy that is not there", { timeout: 120_000 }, async () => {
  const proxy = "http://127.0.0.1:9";
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
  const env = Object.fromEntries(names.map((name) => [name, proxy]));
  const { output, exitCode } = await checkout.run("article", ["pod", "-t", "pod.ready"], env);
  expect(output).toMatch(/^1 passed, 0 failed, 0 skipped$/m);
  expect(exitCode).toBe(0);
});

test("another run at the same time", { timeout: 180_000 }, async () => {
  const both = [1, 2].map(() => checkout.run("article", ["pod", "-t", "pod.ready"]));
  for (const { output, exitCode } of await Promise.all(both)) {
    expect(output).toMatch(/^1 passed, 0 failed, 0 skipped$/m);
    expect(exitCode).toBe(0);
  }
});
