import { join } from "node:path";
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Checkout, copyCheckout } from "./testing/checkout.ts";

/** The template is a chapter that runs: on a real node, from the first minute. */

let checkout: Checkout;
beforeAll(() => {
  checkout = copyCheckout();
});
afterAll(() => checkout[Symbol.dispose]());

test(
  "a new chapter is written under the next number, asked, and can fail",
  { timeout: 300_000 },
  async () => {
    const written = await checkout.run("new-chapter", ["init-containers"]);
    expect(written).toMatchObject({ exitCode: 0 });
    expect(written.output).toMatch(/^Wrote chapters\/\d\d-init-containers\.test\.ts$/m);
    const asked = await checkout.run("article", ["init-containers"]);
    expect(asked.output).toMatch(/^1 passed, 0 failed, 0 skipped$/m);
    const tried = await checkout.run("mutants", ["init-containers"]);
    expect(tried.output).toMatch(/^killed {4}initcontainers\.ready/m);
    expect(tried.output).toMatch(/^1 passed, 0 failed, 0 skipped$/m);
  },
);

test.each([
  ["a name that is no namespace's", "Init_Containers", /can't be called/],
  ["a name that is taken", "pod", /there is a chapter 01-pod already/],
])("%s is refused, and nothing is written", async (_, name, message) => {
  const files = () =>
    ["chapters", "fixtures/manifests"].flatMap((folder) => readdirSync(join(checkout.folder, folder)));
  const before = files();
  const { output, exitCode } = await checkout.run("new-chapter", [name]);
  expect(output).toMatch(message);
  expect(exitCode).toBe(1);
  expect(files()).toEqual(before);
});
