import { mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Engine, openEngine } from "../../engine/engine.ts";
import { runLabels, thisRun } from "../../run.ts";
import { provideArchive } from "../archives.ts";
import { type EngineImage, findImage } from "../engine-image.ts";
import { probe } from "../probe.ts";
import { keptProgress, type TestFolder, testContext, testFolder } from "../testing/context.ts";
import { buildImage } from "./build.ts";
import { debianPart } from "./debian.ts";
import { type LockedPackages, lockedPackages } from "./debian-lock.ts";
import { providePart } from "./part.ts";

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
  vi.unstubAllEnvs();
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

test("settings for Go that the user has for other things change nothing", async () => {
  const settings = ["GOAMD64", "GOEXPERIMENT", "-race", "-buildmode"];
  await write(
    "main.go",
    `package main

import (
	"fmt"
	"runtime/debug"
)

func main() {
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		fmt.Println(s.Key + "=" + s.Value)
	}
}
`,
  );
  await write("go.mod", "module tried\n\ngo 1.25\n");
  await recipe(GO);
  const outputOf = async (): Promise<string[]> => {
    const { output } = await probe(engine.docker, run, (await build()).name, []);
    return output.split("\n").filter((line) => settings.some((name) => line.startsWith(`${name}=`)));
  };
  const plain = await outputOf();
  await cache[Symbol.asyncDispose]();
  await mkdir(cache.path);
  await engine.docker.getImage(built[0]?.name ?? "").remove();
  vi.stubEnv("GOAMD64", "v3");
  vi.stubEnv("GOARM64", "v9.0");
  vi.stubEnv("GOEXPERIMENT", "fieldtrack");
  vi.stubEnv("GOFLAGS", "-race");
  expect(await outputOf()).toEqual(plain);
  expect(plain).toContainEqual(expect.stringMatching(/^-buildmode=/));
  expect(plain).not.toContainEqual(expect.stringContaining("fieldtrack"));
});

test("of what was built before the newest are kept, and what a container was made of", async () => {
  const programs = { go: GO.go };
  await write("main.go", program("one"));
  await write("go.mod", "module tried\n\ngo 1.25\n");
  const variant = async (env: string) => {
    await recipe({ ...programs, image: { ...GO.image, env: { VARIANT: env } } });
    return (await build()).name;
  };
  const used = await variant("used");
  const container = await engine.docker.createContainer({ Image: used, Labels: runLabels(run) });
  const others: string[] = [];
  for (const env of ["a", "b", "c", "d"]) others.push(await variant(env));
  const present = await Promise.all([used, ...others].map((name) => findImage(engine.docker, name)));
  expect(present.map((image) => image !== undefined)).toEqual([true, false, true, true, true]);
  await container.remove();
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

test("a Debian package that is not what is pinned is refused, a newer one is named", async () => {
  const debian = { suite: "bookworm", packages: ["hostname"], exclude: [] };
  const pinned = lockedPackages(debian.suite, engine.architecture);
  const { version = "" } = pinned.get("hostname") ?? {};
  const context = () => testContext(cache.path, { engine, progress: keptProgress() });
  const layOut = (locked: LockedPackages, where = context()) =>
    providePart(where, debianPart(engine.architecture, "tried", debian, locked));
  const forged = new Map([...pinned, ["hostname", { version, sha256: "0".repeat(64) }]]);
  await expect(layOut(forged)).rejects.toMatchObject({
    name: "Problem",
    message: `Debian packages for tried are not what is pinned: hostname ${version} came with another SHA-256`,
  });
  await expectNothingLeft();
  const older = new Map([...pinned, ["hostname", { version: "3.0", sha256: "0".repeat(64) }]]);
  const progress = keptProgress();
  await layOut(older, { ...context(), progress });
  expect(progress.lines.join("\n")).toContain(`hostname ${version} (3.0)`);
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
