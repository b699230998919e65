import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testFolder } from "../testing/context.ts";
import { compareVersions, goVersionNeeded, hashModule, moduleLines } from "./sources.ts";

describe("the sources of a Go program", () => {
  test.each([
    ["a source", "main.go", true],
    ["an embedded file", "icon.svg", true],
    ["a file in an embedded folder", "assets/deep/page.html", true],
    ["a file that nothing embeds", "etc/passwd", false],
    ["a recipe", "recipe.json", false],
    ["the module file", "go.mod", true],
    ["its sums", "go.sum", true],
    ["a test", "main_test.go", false],
    ["a note", "README.md", false],
    ["a module inside", "inner/go.mod", false],
    ["its sources", "inner/main.go", false],
  ])("%s changes the hash: %#", async (_, file, changes) => {
    await using folder = await testFolder();
    const write = async (path: string, content: string) => {
      await mkdir(join(folder.path, path, ".."), { recursive: true });
      await writeFile(join(folder.path, path), content);
    };
    for (const path of ["main.go", "go.mod", "go.sum", "inner/go.mod"]) await write(path, "a");
    for (const path of ["icon.svg", "assets/deep/page.html", "etc/passwd"]) await write(path, "a");
    await write("embed.go", 'package main\n\n//go:embed all:assets "*.svg"\nvar files embed.FS\n');
    const before = hashModule(folder.path, "go.mod");
    await write(file, "b");
    expect(hashModule(folder.path, "go.mod") !== before).toBe(changes);
  });

  test("which module and which Go a module file asks for", async () => {
    await using folder = await testFolder();
    await writeFile(
      join(folder.path, "go.mod"),
      "module x\n\ngo 1.26.0\n\nrequire (\n\tk8s.io/kubernetes v1.36.3\n\tk8s.io/api v0.36.3\n)\n",
    );
    await writeFile(
      join(folder.path, "go.sum"),
      "k8s.io/kubernetes v1.36.3 h1:x=\nk8s.io/api v0.36.3 h1:y=\n",
    );
    expect(moduleLines(folder.path, "go.mod", "k8s.io/kubernetes")).toEqual([
      "\tk8s.io/kubernetes v1.36.3",
      "k8s.io/kubernetes v1.36.3 h1:x=",
    ]);
    expect(goVersionNeeded([join(folder.path, "go.mod")])).toBe("1.26.0");
  });

  test("versions are compared by number", () => {
    expect(compareVersions("go1.26.8", "1.26.0")).toBeGreaterThan(0);
    expect(compareVersions("go1.9", "1.26.0")).toBeLessThan(0);
    expect(compareVersions("1.26", "1.26.0")).toBe(0);
  });
});
