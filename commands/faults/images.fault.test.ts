import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { readLock } from "../../helpers/images/lock.ts";
import { fakeRegistry, freePort, type TestRegistry } from "../../helpers/images/testing/registry.ts";
import { cacheFolder } from "../../helpers/paths.ts";
import { expectOneError, faultCheckout } from "../testing/fault.ts";

/** Images that can't be had, are not what they should be, or were damaged. */

const checkout = faultCheckout();

describe("a registry that", () => {
  let registry: TestRegistry | undefined;
  afterEach(() => registry?.[Symbol.asyncDispose]());

  test("hangs", { timeout: 60_000 }, async () => {
    registry = await fakeRegistry(() => undefined);
    await expectNamed(registry.address, "doesn't answer");
  });

  test("refuses", { timeout: 60_000 }, async () => {
    await expectNamed(`127.0.0.1:${await freePort()}`, "refuses connections");
  });

  test("answers 429", { timeout: 60_000 }, async () => {
    registry = await fakeRegistry((request, response) => {
      if (request.url !== "/v2/") response.statusCode = 429;
      response.end();
    });
    await expectNamed(registry.address, 'answers "too many requests" (429)');
  });

  /** One error where nothing but pulling is allowed; else one line, and what was built before takes its place. */
  async function expectNamed(address: string, why: string): Promise<void> {
    const started = performance.now();
    const forced = await checkout.run("setup", [], { REGISTRY_MIRROR: address, IMAGES: "pull" });
    expectOneError(forced, /^✗ rancher\/k3s:\S+ can't be had: /m);
    expect(forced.output).toContain(`${address} ${why}`);
    const { output, exitCode } = await checkout.run("setup", [], { REGISTRY_MIRROR: address });
    expect(output.match(new RegExp(`${address} `, "g"))).toHaveLength(1);
    expect(output).toMatch(/^✓ Kubernetes v\S+, offline node \(built from/m);
    expect(exitCode).toBe(0);
    expect(performance.now() - started).toBeLessThan(45_000);
  }
});

test("an image for the node that there is not", { timeout: 60_000 }, async () => {
  await using registry = await fakeRegistry((request, response) => {
    if (request.url !== "/v2/") response.statusCode = 404;
    response.end();
  });
  const K3S_IMAGE = `${registry.address}/rancher/k3s:v0.0.0-k3s1`;
  const ended = await checkout.run("article", ["pod"], { K3S_IMAGE });
  expectOneError(ended, /^✗ \S+\/rancher\/k3s:v0\.0\.0-k3s1 can't be had: \S+ has no /m);
});

test("a name that no image has", { timeout: 60_000 }, async () => {
  const ended = await checkout.run("article", ["pod"], { K3S_IMAGE: "No such image" });
  expectOneError(ended, /^✗ K3S_IMAGE=No such image is not an image's name$/m);
});

test("sources that are not what is pinned", { timeout: 120_000 }, async () => {
  const { kubernetes, node } = readLock();
  const file = join(checkout.folder, node.build, "versions", kubernetes, "go.sum");
  const sums = readFileSync(file, "utf8");
  writeFileSync(
    file,
    sums.replace(/^(k8s\.io\/kubernetes \S+ h1:)\S+/m, "$147DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
  );
  const ended = await checkout.run("article", ["pod"]);
  writeFileSync(file, sums);
  expectOneError(ended, /^✗ compiling .* failed: go ended with exit code 1$/m);
  expect(ended.output).toContain("SECURITY ERROR");
  expect(ended.output).toContain("not what is pinned");
});

test("archives of images that were cut short, or emptied, are made anew", { timeout: 120_000 }, async () => {
  const folder = cacheFolder("images", "archives");
  const archives = ["traefik-whoami-", "praqma-network-multitool-"].map((stem) => {
    const name = readdirSync(folder).find((found) => found.startsWith(stem) && found.endsWith(".tar"));
    return join(folder, name ?? "");
  });
  const before = archives.map((file) => readFileSync(file));
  const [first = "", second = ""] = archives;
  truncateSync(first, statSync(first).size / 2);
  truncateSync(second);
  const { output, exitCode } = await checkout.run("article", ["pod", "-t", "pod.ready"]);
  expect(output).toMatch(/^1 passed, 0 failed, 0 skipped$/m);
  expect(exitCode).toBe(0);
  expect(archives.map((file, index) => readFileSync(file).equals(before[index] ?? Buffer.of()))).toEqual([
    true,
    true,
  ]);
});
