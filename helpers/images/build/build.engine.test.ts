import { mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Engine, openEngine } from "../../engine/engine.ts";
import { thisRun } from "../../run.ts";
import { provideArchive } from "../archives.ts";
import { type EngineImage, findImage } from "../engine-image.ts";
import { probe } from "../probe.ts";
import { keptProgress, type TestFolder, testContext, testFolder } from "../testing/context.ts";
import { buildImage } from "./build.ts";

const VERSION = "v1.36.3";
const SUM_OF_NOTHING = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

const run = thisRun();
let engine: Engine;
let cache: TestFolder;
let folder: TestFolder;
let recipeFolder: string;
const built: EngineImage[] = [];
beforeAll(async () => {
  engine = await openEngine({ run, progress: keptProgress() });
});
beforeEach(async () => {
  cache = await testFolder();
  folder = await testFolder();
  recipeFolder = join(folder.path, "tried");
  await mkdir(recipeFolder);
});
afterEach(async () => {
  await cache[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
  for (const { name } of built.splice(0))
    await engine.docker
      .getImage(name)
      .remove({ force: true })
      .catch(() => undefined);
});
afterAll(() => engine[Symbol.asyncDispose]());

const GO = { go: [{ dir: ".", outputs: { ".": "/bin/program" } }], image: { entrypoint: ["/bin/program"] } };

test("an image is built once, of parts that are kept", async () => {
  await write("main.go", program("one"));
  await write("go.mod", "module tried\n\ngo 1.25\n");
  await recipe(GO);
  const first = await build();
  expect(await probe(engine.docker, run, first.name, [])).toEqual({ output: "one\n", exitCode: 0 });
  const started = performance.now();
  expect(await build()).toEqual(first);
  expect(performance.now() - started).toBeLessThan(2_000);

  await engine.docker.getImage(first.name).remove();
  const progress = keptProgress();
  expect((await build({ progress })).id).toBe(first.id);
  expect(progress.lines).toEqual([]);

  await write("main.go", program("two"));
  const second = await build();
  expect(second.name).not.toBe(first.name);
  expect(await probe(engine.docker, run, second.name, [])).toMatchObject({ output: "two\n" });
});

test("a program that doesn't compile is told with the compiler's words, and leaves nothing", async () => {
  await write("main.go", "package main\n\nfunc main() { nothing() }\n");
  await write("go.mod", "module tried\n\ngo 1.25\n");
  await recipe(GO);
  await expect(build()).rejects.toMatchObject({
    name: "Problem",
    message: "compiling program failed: go ended with exit code 1",
    details: expect.arrayContaining([expect.stringContaining("undefined: nothing")]),
  });
  await expectNothingLeft();
  await write("main.go", program("mended"));
  expect(await probe(engine.docker, run, (await build()).name, [])).toMatchObject({ output: "mended\n" });
});

test("a module that is not what go.sum says is refused", async () => {
  await write("main.go", 'package main\n\nimport _ "golang.org/x/text/cases"\n\nfunc main() {}\n');
  await write("go.mod", "module tried\n\ngo 1.25\n\nrequire golang.org/x/text v0.30.0\n");
  await write(
    "go.sum",
    `golang.org/x/text v0.30.0 h1:${SUM_OF_NOTHING}\ngolang.org/x/text v0.30.0/go.mod h1:${SUM_OF_NOTHING}\n`,
  );
  await recipe(GO);
  await expect(build()).rejects.toMatchObject({
    name: "Problem",
    remedy: expect.stringContaining("not what is pinned"),
    details: expect.arrayContaining([expect.stringContaining("SECURITY ERROR")]),
  });
  await expectNothingLeft();
});

test("sources that change while they are compiled are not kept", async () => {
  await write("main.go", program("one"));
  await write("go.mod", "module tried\n\ngo 1.25\n");
  await recipe(GO);
  const building = expect(build()).rejects.toMatchObject({
    message: expect.stringContaining("were changed while they were compiled"),
  });
  await expect.poll(() => readdir(cache.path)).toContainEqual(expect.stringMatching(/^tmp-/));
  await write("main.go", program("two"));
  await building;
  await expectNothingLeft();
});

test("a Debian package that doesn't exist is named, and stops the compiler", async () => {
  await write("main.go", program("one"));
  await write("go.mod", "module tried\n\ngo 1.25\n");
  await recipe({ ...GO, debian: { suite: "bookworm", packages: ["no-such-package"] } });
  await expect(build()).rejects.toMatchObject({
    name: "Problem",
    message: expect.stringContaining("laying out Debian packages for tried failed: mmdebstrap ended"),
    details: expect.arrayContaining([expect.stringContaining("no-such-package")]),
  });
  await expectNothingLeft();
});

test("a build that is called off ends at once and leaves nothing, and goes on later", async () => {
  await write("main.go", program("one"));
  await write("go.mod", "module tried\n\ngo 1.25\n");
  await recipe({ ...GO, debian: { suite: "bookworm", packages: ["bash"] } });
  const stop = new AbortController();
  const building = build({ signal: stop.signal });
  const called = expect(building).rejects.toThrow("called off");
  await sleep(1_000);
  const started = performance.now();
  stop.abort(new Error("called off"));
  await called;
  expect(performance.now() - started).toBeLessThan(6_000);
  await expectNothingLeft();
  const image = await build();
  expect(await probe(engine.docker, run, image.name, [])).toMatchObject({ output: "one\n" });
  expect(image.labels["proven-tutorial.debian"]).toMatch(/\bbash=\d/);
});

test("an archive that was damaged in the cache is written anew", async () => {
  await write("main.go", program("one"));
  await write("go.mod", "module tried\n\ngo 1.25\n");
  await recipe(GO);
  const image = await build();
  const context = testContext(cache.path, { engine });
  const archive = await provideArchive(context, image, "traefik/whoami");
  const content = await readFile(archive);
  await truncate(archive, content.length / 2);
  expect(await provideArchive(context, image, "traefik/whoami")).toBe(archive);
  expect(await readFile(archive)).toEqual(content);
  await rm(archive);
  await provideArchive(context, image, "traefik/whoami");
  expect(await readFile(archive)).toEqual(content);
  await expectNothingLeft();
});

async function build(overrides: Parameters<typeof testContext>[1] = {}): Promise<EngineImage> {
  const image = await buildImage(testContext(cache.path, { engine, ...overrides }), recipeFolder, VERSION);
  built.push(image);
  expect(await findImage(engine.docker, image.name)).toEqual(image);
  return image;
}

async function expectNothingLeft(): Promise<void> {
  const names = await readdir(cache.path);
  expect(names.filter((name) => name.startsWith("tmp-") || name.endsWith(".lock"))).toEqual([]);
}

function program(says: string): string {
  return `package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("${says}") }\n`;
}

function recipe(content: unknown): Promise<void> {
  return write("recipe.json", JSON.stringify(content));
}

function write(name: string, content: string): Promise<void> {
  return writeFile(join(recipeFolder, name), content);
}
