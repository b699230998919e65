import { createServer } from "node:net";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parseObjects } from "../../helpers/manifest.ts";
import { type Checkout, copyCheckout } from "../testing/checkout.ts";
import { remains } from "../../helpers/remains.ts";

/** Whatever is broken around a run: one error with a remedy, an exit code that is not 0, and nothing left. */

let checkout: Checkout;
let folder: string;
let before: string[];
beforeAll(() => {
  checkout = copyCheckout();
  folder = mkdtempSync(join(tmpdir(), "faults-"));
});
beforeEach(() => {
  before = remains();
});
afterAll(() => {
  checkout[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** One clear error: a cross, what is wrong, and below it an arrow with the remedy. */
async function expectOneError(
  env: Record<string, string>,
  message: RegExp,
  args: readonly string[] = ["pod"],
) {
  const { output, exitCode } = await checkout.run("article", args, env);
  expect(output).toMatch(message);
  expect(output).toMatch(/^ *→ \S/m);
  expect(output).not.toMatch(/^ +at .*\.ts:\d+/m);
  expect(exitCode).toBeGreaterThan(0);
  expect(remains()).toEqual(before);
}

test("an engine that the user named and that is not there", { timeout: 60_000 }, async () => {
  await expectOneError({ DOCKER_HOST: `unix://${folder}/nothing.sock` }, /DOCKER_HOST/);
});

test("a socket that is not the engine's", { timeout: 120_000 }, async () => {
  const socket = join(folder, "other.sock");
  const server = createServer((connection) => connection.end("this is no engine\r\n"));
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    await expectOneError({ DOCKER_HOST: `unix://${socket}` }, /DOCKER_HOST/);
  } finally {
    server.close();
  }
});

test("a cache folder that can't be written to", { timeout: 60_000 }, async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  chmodSync(file, 0o400);
  await expectOneError({ XDG_CACHE_HOME: join(file, "below") }, /file/);
});

test("a chapter that is not there, and an option that is unknown", { timeout: 60_000 }, async () => {
  await expectOneError({}, /there is no chapter "nothing"/, ["nothing"]);
  const { output, exitCode } = await checkout.run("article", ["--nothing"]);
  expect(output).toContain("unknown option '--nothing'");
  expect(exitCode).toBe(1);
});

test(
  "a proxy that is not there does not matter to what is on this machine",
  { timeout: 120_000 },
  async () => {
    const proxy = {
      HTTP_PROXY: "http://127.0.0.1:9",
      HTTPS_PROXY: "http://127.0.0.1:9",
      http_proxy: "http://127.0.0.1:9",
    };
    const { output } = await checkout.run("article", ["pod", "-t", "pod.ready"], proxy);
    expect(output).toMatch(/^1 passed, 0 failed, 0 skipped$/m);
    expect(remains()).toEqual(before);
  },
);

test("two runs at once", { timeout: 180_000 }, async () => {
  const runs = await Promise.all([1, 2].map(() => checkout.run("article", ["pod", "-t", "pod.ready"])));
  for (const { output } of runs) expect(output).toMatch(/^1 passed, 0 failed, 0 skipped$/m);
  expect(remains()).toEqual(before);
});

test("a manifest that would blow up to a huge value", () => {
  const laughs = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (const [name, previous] of ["ba", "cb", "dc", "ed", "fe", "gf", "hg"].map((pair) => [
    pair[0],
    pair[1],
  ])) {
    laughs.push(`${name}: &${name} [${Array(9).fill(`*${previous}`).join(", ")}]`);
  }
  expect(() => parseObjects(laughs.join("\n"), "a.yaml")).toThrow(/a\.yaml can't be read: .*alias/i);
});
