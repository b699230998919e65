import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PROJECT_ROOT } from "../../paths.ts";
import { readLock } from "../lock.ts";
import { testFolder } from "../testing/context.ts";
import { readRecipe } from "./recipe.ts";

describe("a recipe", () => {
  test("of every image in the lock can be read", async () => {
    const { kubernetes, node, images, standIns } = readLock();
    const folders = [node.build, ...Object.values(standIns), ...images.flatMap(({ build }) => build ?? [])];
    for (const folder of folders)
      expect(readRecipe(join(PROJECT_ROOT, folder), kubernetes).image).toBeDefined();
    const entries = await readdir(join(PROJECT_ROOT, "fixtures/images"), { withFileTypes: true });
    const built = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `fixtures/images/${name}`);
    expect(built).not.toEqual([]);
    expect(folders).toEqual(expect.arrayContaining(built));
  });

  test("has the version filled in", async () => {
    await using folder = await testFolder();
    const modfile = "versions/${version}/go.mod";
    const group = { dir: ".", modfile, tags: ["kube${major}${minor}"], outputs: { ".": "/a" } };
    await writeFile(join(folder.path, "recipe.json"), JSON.stringify({ go: [group], image: {} }));
    await mkdir(join(folder.path, "versions/v1.36.3"), { recursive: true });
    await writeFile(join(folder.path, "versions/v1.36.3/go.mod"), "");
    expect(readRecipe(folder.path, "v1.36.3").go[0]).toMatchObject({
      modfile: "versions/v1.36.3/go.mod",
      tags: ["kube136"],
    });
    expect(() => readRecipe(folder.path, "v1.35.1")).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining("a version that can (v1.36.3)") }),
    );
  });

  test("that is missing or says something unknown is a problem", async () => {
    await using folder = await testFolder();
    expect(() => readRecipe(folder.path, "v1.36.3")).toThrow("is missing");
    await writeFile(join(folder.path, "recipe.json"), JSON.stringify({ rust: [], image: { labels: 1 } }));
    expect(() => readRecipe(folder.path, "v1.36.3")).toThrow("is not a recipe");
  });
});
