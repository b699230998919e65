import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Engine, openEngine } from "../engine/engine.ts";
import { thisRun } from "../run.ts";
import { provideNodeImage } from "./images.ts";
import { keptProgress, type TestFolder, testContext, testFolder } from "./testing/context.ts";
import { loadSmallImage } from "./testing/image.ts";

const NAME = "proven-tutorial/not-a-node:test";

let engine: Engine;
let cache: TestFolder;
beforeAll(async () => {
  engine = await openEngine({ run: thisRun(), progress: keptProgress() });
});
beforeEach(async () => {
  cache = await testFolder();
});
afterEach(async () => {
  await engine.docker
    .getImage(NAME)
    .remove({ force: true })
    .catch(() => undefined);
  await cache[Symbol.asyncDispose]();
});
afterAll(() => engine[Symbol.asyncDispose]());

test("an image that can't be run is no node", async () => {
  await loadSmallImage(testContext(cache.path, { engine }), NAME);
  await expect(provide(NAME)).rejects.toMatchObject({
    name: "Problem",
    message: expect.stringContaining(`${NAME} doesn't run as a k3s node: `),
  });
  expect(
    await engine.docker.listContainers({ all: true, filters: JSON.stringify({ ancestor: [NAME] }) }),
  ).toEqual([]);
});

test("an image for another architecture is not run", async () => {
  const architecture = engine.architecture === "amd64" ? "arm64" : "amd64";
  await loadSmallImage(testContext(cache.path, { engine: { ...engine, architecture } }), NAME);
  await expect(provide(NAME, "build")).rejects.toMatchObject({
    name: "Problem",
    message: `${NAME} can't be had: the engine has it for ${architecture}, and runs ${engine.architecture}`,
    remedy: "name an image for the engine's architecture",
  });
});

test("an image that is neither there nor to be pulled is named", async () => {
  await expect(provide("proven-tutorial/nowhere:1", "build")).rejects.toMatchObject({
    message: expect.stringContaining("proven-tutorial/nowhere:1 can't be had: the engine doesn't have it"),
  });
  await expect(provide("No Image")).rejects.toThrow("K3S_IMAGE=No Image is not an image's name");
});

function provide(image: string, policy: "auto" | "build" = "auto") {
  return provideNodeImage({ engine, progress: keptProgress(), cache: cache.path, env: {}, image, policy });
}
