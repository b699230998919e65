import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Engine, openEngine } from "../engine/engine.ts";
import { thisRun } from "../run.ts";
import { findImage, STAND_IN_LABEL } from "./engine-image.ts";
import { type NodeImage, provideImages, provideNodeImage } from "./images.ts";
import { readLock } from "./lock.ts";
import { readAll, readTar } from "./tar.ts";
import { keptProgress, type TestFolder, testContext, testFolder } from "./testing/context.ts";
import { loadNodeLikeImage, loadSmallImage, pushAs } from "./testing/image.ts";
import { fakeRegistry, freePort, realRegistry, type TestRegistry } from "./testing/registry.ts";

/** Names of a run's own, so that nothing of the user's is touched. */
const RANDOM = randomBytes(4).toString("hex");
const WHOAMI = `test-${RANDOM}/whoami`;
const PAUSE = `test-${RANDOM}/pause:1`;
const NODE: NodeImage = {
  reference: "none",
  engineName: "none",
  kind: "custom",
  kubernetesVersion: "v1.36.3",
  pauseImage: PAUSE,
  origin: "present",
  digest: "none",
  description: "none",
};

let engine: Engine;
let cache: TestFolder;
beforeAll(async () => {
  engine = await openEngine({ run: thisRun(), progress: keptProgress() });
});
beforeEach(async () => {
  cache = await testFolder();
});
afterEach(async () => {
  await cache[Symbol.asyncDispose]();
  const images = await engine.docker.listImages({ filters: JSON.stringify({ dangling: ["false"] }) });
  for (const { RepoTags, RepoDigests } of images)
    for (const name of [...(RepoTags ?? []), ...(RepoDigests ?? [])])
      if (name.includes(RANDOM))
        await engine.docker
          .getImage(name)
          .remove({ force: true })
          .catch(() => undefined);
});
afterAll(() => engine[Symbol.asyncDispose]());

describe("a registry that answers", () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await realRegistry();
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  test("gives images under their locked names, verified, and is not asked again", async () => {
    const digests = {
      whoami: await pushed(`${WHOAMI}:v1`),
      pause: await pushed(PAUSE),
    };
    const lock = lockOf([
      { name: WHOAMI, pull: `${WHOAMI}:v1`, digest: digests.whoami },
      { name: PAUSE, pull: PAUSE },
    ]);
    const options = {
      engine,
      lock,
      cache: cache.path,
      env: { REGISTRY_MIRROR: registry.address },
      references: [WHOAMI],
      node: NODE,
    };
    const progress = keptProgress();
    const [pause, whoami] = await provideImages({ ...options, progress });
    expect(whoami).toMatchObject({
      reference: WHOAMI,
      engineName: `${registry.address}/${WHOAMI}:v1`,
      origin: "pulled",
      standIn: false,
      description: `${WHOAMI}: ${registry.address}/${WHOAMI}:v1, pulled`,
    });
    expect(await namesIn(whoami?.archive ?? "")).toEqual([`docker.io/${WHOAMI}:latest`]);
    expect(pause).toMatchObject({ reference: PAUSE, origin: "pulled" });
    expect(await namesIn(pause?.archive ?? "")).toEqual([`docker.io/${PAUSE}`]);

    const started = performance.now();
    const again = await provideImages({
      ...options,
      progress,
      env: { REGISTRY_MIRROR: registry.address, IMAGES: "pull" },
    });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(again.map(({ origin, archive }) => [origin, archive])).toEqual([
      ["present", pause?.archive],
      ["present", whoami?.archive],
    ]);
  });

  test("keeps a stand-in's label, and the user's own image of the name", async () => {
    const digest = await pushed(`${WHOAMI}:v2`, { [STAND_IN_LABEL]: "true" });
    const name = `${registry.address}/${WHOAMI}:v2`;
    await loadSmallImage(contextOf(), name, { content: "the user's own" });
    const own = await findImage(engine.docker, name);
    const lock = lockOf([
      { name: WHOAMI, pull: `${WHOAMI}:v2`, digest },
      { name: PAUSE, pull: PAUSE, digest: await pushed(PAUSE) },
    ]);
    const env = { REGISTRY_MIRROR: registry.address };
    // Loaded, not pulled: nothing says which digest it has, so the name is believed.
    const [, believed] = await provideImages({
      engine,
      lock,
      cache: cache.path,
      env,
      references: [WHOAMI],
      node: NODE,
      progress: keptProgress(),
    });
    expect(believed).toMatchObject({ origin: "present", digest: own?.id, standIn: false });
    await pushAs(engine.docker, name, `${registry.address}/${WHOAMI}:moved`);
    await engine.docker.pull(`${registry.address}/${WHOAMI}:moved`).then(drain);
    await engine.docker
      .getImage(`${registry.address}/${WHOAMI}:moved`)
      .tag({ repo: `${registry.address}/${WHOAMI}`, tag: "v2" });
    // Pulled, and another digest: it is left alone, and the pinned one is had beside it.
    const [, whoami] = await provideImages({
      engine,
      lock,
      cache: cache.path,
      env,
      references: [WHOAMI],
      node: NODE,
      progress: keptProgress(),
    });
    expect(whoami).toMatchObject({
      origin: "pulled",
      standIn: true,
      engineName: `${registry.address}/${WHOAMI}@${digest}`,
    });
    expect((await findImage(engine.docker, name))?.id).toBe(own?.id);
  });

  test("that has something else than is pinned doesn't give it", async () => {
    await pushed(PAUSE);
    const lock = lockOf([{ name: PAUSE, pull: PAUSE, digest: `sha256:${"0".repeat(64)}` }]);
    const provided = provideImages({
      engine,
      lock,
      cache: cache.path,
      env: { REGISTRY_MIRROR: registry.address },
      references: [],
      node: NODE,
      progress: keptProgress(),
    });
    await expect(provided).rejects.toMatchObject({
      name: "Problem",
      message: expect.stringContaining(
        `${registry.address} has no ${registry.address}/${PAUSE.replace(":1", "")}@sha256:000`,
      ),
    });
  });

  test("gives a node's image by any name", async () => {
    const name = `${registry.address}/test-${RANDOM}/node:mine`;
    await loadNodeLikeImage(contextOf(), `test-${RANDOM}/node:built`);
    await pushAs(engine.docker, `test-${RANDOM}/node:built`, name);
    const progress = keptProgress();
    const options = { engine, progress, cache: cache.path, env: {} };
    expect(await provideNodeImage({ ...options, image: name })).toMatchObject({
      reference: name,
      engineName: name,
      kind: "custom",
      kubernetesVersion: "v1.30.4",
      pauseImage: "rancher/pause:3.1",
      origin: "pulled",
      description: `custom node, Kubernetes v1.30.4 (${name}, pulled)`,
    });
    const started = performance.now();
    await provideNodeImage({ ...options, image: name });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(
      await engine.docker.listContainers({ all: true, filters: JSON.stringify({ ancestor: [name] }) }),
    ).toEqual([]);

    const k3s = `${registry.address}/test-${RANDOM}/rancher/k3s:v1.21.2-k3s1`;
    await loadNodeLikeImage(contextOf(), k3s);
    expect(await provideNodeImage({ ...options, image: k3s })).toMatchObject({
      kind: "k3s",
      kubernetesVersion: "v1.21.2",
      origin: "present",
    });
  });

  test("gives what a k3s' add-ons start; what is missing is named, and what is disabled isn't looked for", async () => {
    const coredns = `test-${RANDOM}/coredns:1`;
    const missing = `test-${RANDOM}/local-path:1`;
    await pushed(PAUSE);
    await pushed(coredns);
    const lock = { ...lockOf([]), system: { "v1.36.3": { coredns: [coredns], "local-storage": [missing] } } };
    const env = { REGISTRY_MIRROR: registry.address };
    const progress = keptProgress();
    const options = { engine, lock, cache: cache.path, env, references: [], progress };
    const node = { ...NODE, kind: "k3s" as const, reference: "k3s:1" };
    const alone = await provideImages({ ...options, node });
    expect(alone.map(({ reference }) => reference)).toEqual([PAUSE]);
    await provideImages({ ...options, node: { ...node, kubernetesVersion: "v1.99.0" } });
    expect(progress.lines.filter((line) => /missing|not provided/.test(line))).toEqual([]);

    const addOns = ["coredns", "local-storage"];
    const images = await provideImages({ ...options, node, addOns });
    expect(images.map(({ reference }) => reference)).toEqual([PAUSE, coredns]);
    expect(progress.lines.filter((line) => line.includes("missing"))).toEqual([
      `${missing}, which an add-on of k3s:1 starts, is missing: ${registry.address} has no ${registry.address}/${missing}`,
    ]);
    await provideImages({ ...options, node, addOns: ["traefik"] });
    expect(progress.lines.at(-1)).toContain(
      "k3s:1 doesn't tell which images traefik start; they are not provided",
    );
  });

  test("has no image of that name", async () => {
    const name = `${registry.address}/test-${RANDOM}/nothing:1`;
    await expect(
      provideNodeImage({ engine, progress: keptProgress(), cache: cache.path, env: {}, image: name }),
    ).rejects.toMatchObject({
      name: "Problem",
      message: `${name} can't be had: ${registry.address} has no ${name}`,
      remedy: expect.stringContaining("unset K3S_IMAGE"),
    });
  });

  async function pushed(name: string, labels: Record<string, string> = {}): Promise<string> {
    const local = `test-${RANDOM}/local:1`;
    await loadSmallImage(contextOf(), local, { content: name, labels });
    return pushAs(engine.docker, local, `${registry.address}/${name}`);
  }
});

describe("a registry out of order", () => {
  const lock = () =>
    lockOf([
      { name: PAUSE, pull: PAUSE },
      { name: WHOAMI, pull: WHOAMI },
    ]);

  const MANIFEST = "fixtures/manifests/01-pod.yaml";

  async function attempt(address: string, policy: "auto" | "pull" = "auto") {
    const progress = keptProgress();
    const started = performance.now();
    const error = await provideImages({
      engine,
      progress,
      lock: lock(),
      cache: cache.path,
      policy,
      env: { REGISTRY_MIRROR: address },
      references: [WHOAMI],
      namedIn: new Map([PAUSE, WHOAMI].map((name) => [name, MANIFEST])),
      node: NODE,
    }).catch((thrown: unknown) => thrown);
    return { seconds: (performance.now() - started) / 1000, error, lines: progress.lines };
  }

  test("that hangs is found out in seconds, once", async () => {
    await using registry = await fakeRegistry(() => undefined);
    const { seconds, error, lines } = await attempt(registry.address);
    expect(error).toMatchObject({
      name: "Problem",
      message: expect.stringContaining(`${registry.address} doesn't answer`),
    });
    expect(seconds).toBeLessThan(10);
    expect(lines.filter((line) => line.includes("not asked again"))).toHaveLength(1);
    const asked = registry.asked();
    const again = await attempt(registry.address);
    expect(again.seconds).toBeLessThan(2);
    expect(registry.asked()).toBe(asked);
  });

  test("that hangs in the middle of a layer is found out", async () => {
    await using registry = await fakeRegistry((request, response) => {
      if (request.url === "/v2/") response.end();
      else if (request.url?.includes("/manifests/")) {
        const config = {
          mediaType: "application/vnd.docker.container.image.v1+json",
          size: 2,
          digest: `sha256:${"1".repeat(64)}`,
        };
        const layer = {
          mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
          size: 10_000,
          digest: `sha256:${"2".repeat(64)}`,
        };
        response.setHeader("content-type", "application/vnd.docker.distribution.manifest.v2+json");
        response.end(
          JSON.stringify({
            schemaVersion: 2,
            mediaType: "application/vnd.docker.distribution.manifest.v2+json",
            config,
            layers: [layer],
          }),
        );
      }
    });
    const { seconds, error } = await attempt(registry.address);
    expect(error).toMatchObject({ message: expect.stringContaining("doesn't answer") });
    expect(seconds).toBeLessThan(12);
  });

  test("that refuses is found out at once", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const { seconds, error } = await attempt(address);
    expect(error).toMatchObject({
      message: expect.stringContaining(`${address} refuses connections`),
      remedy: expect.stringContaining(`correct its name in ${MANIFEST}`),
    });
    expect(seconds).toBeLessThan(8);
  });

  test.each([
    [429, "too many requests"],
    [401, "doesn't give"],
    [404, "has no"],
    [503, "doesn't answer as a registry"],
  ])("that answers %i is told from the others", async (status, line) => {
    await using registry = await fakeRegistry((request, response) => {
      if (request.url !== "/v2/") response.statusCode = status;
      response.end();
    });
    const { seconds, error } = await attempt(registry.address);
    expect(error).toMatchObject({ name: "Problem", message: expect.stringContaining(line) });
    expect(seconds).toBeLessThan(8);
  });

  test("is asked again when that is asked for", async () => {
    const port = await freePort();
    await attempt(`127.0.0.1:${port}`);
    const { error, lines } = await attempt(`127.0.0.1:${port}`, "pull");
    expect(error).toMatchObject({ name: "Problem" });
    expect(lines.join()).toContain("not asked again");
  });

  test("has a build take its place, under a name of our own", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const lock = lockOf([
      { name: WHOAMI, pull: WHOAMI, build: "fixtures/images/whoami" },
      { name: PAUSE, pull: PAUSE, build: "fixtures/images/pause" },
    ]);
    const options = {
      engine,
      lock,
      cache: cache.path,
      env: { REGISTRY_MIRROR: address },
      references: [WHOAMI],
      node: NODE,
      progress: keptProgress(),
    };
    const [, whoami] = await provideImages(options);
    expect(whoami).toMatchObject({
      origin: "built",
      standIn: true,
      engineName: expect.stringMatching(/^proven-tutorial\/whoami:[0-9a-f]{16}$/),
      description: `${WHOAMI}: stand-in built from fixtures/images/whoami`,
    });
    expect(await namesIn(whoami?.archive ?? "")).toEqual([`docker.io/${WHOAMI}:latest`]);
    expect(await findImage(engine.docker, WHOAMI)).toBeUndefined();
    await expect(provideImages({ ...options, policy: "pull" })).rejects.toThrow("refuses connections");
  });
});

function contextOf() {
  return testContext(cache.path, { engine });
}

function lockOf(images: ReturnType<typeof readLock>["images"]) {
  return { ...readLock(), images };
}

async function namesIn(archive: string): Promise<string[]> {
  for await (const { header, content } of readTar(archive))
    if (header.name === "manifest.json") return JSON.parse((await readAll(content)).toString())[0].RepoTags;
  return [];
}

async function drain(stream: NodeJS.ReadableStream): Promise<void> {
  for await (const _ of stream);
}
