import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packFile, readTar, writeTar } from "../tar.ts";
import { testFolder } from "../testing/context.ts";
import { type Entry, FileTree } from "./file-tree.ts";

test("a layer repeats the folders below it as they are, and follows links to folders", async () => {
  await using folder = await testFolder();
  const base = join(folder.path, "base.tar");
  await writeTar(base, async (pack) => {
    await packFile(pack, { name: "usr/", type: "directory", mode: 0o700 }, "");
    await packFile(pack, { name: "usr/bin/", type: "directory", mode: 0o751 }, "");
    await packFile(pack, { name: "bin", type: "symlink", linkname: "usr/bin" }, "");
    await packFile(pack, { name: "usr/bin/ls" }, "ls");
  });

  const tree = new FileTree();
  await tree.addLayer(base);
  expect(tree.has("/bin/ls")).toBe(true);
  expect(tree.has("/bin/cat")).toBe(false);
  const source = join(folder.path, "program");
  await writeFile(source, "12345");
  const entries: Entry[] = [
    { kind: "file", path: "/bin/program", source, mode: 0o755 },
    { kind: "directory", path: "/var/lib/x" },
    { kind: "directory", path: "/tmp" },
    { kind: "link", path: "/bin/other", target: "program" },
  ];
  const layer = join(folder.path, "layer.tar");
  await tree.writeLayer(layer, entries);
  expect(await list(layer)).toEqual([
    "700 usr/",
    "751 usr/bin/",
    "755 usr/bin/program 5",
    "755 var/",
    "755 var/lib/",
    "755 var/lib/x/",
    "1777 tmp/",
    "777 usr/bin/other -> program",
  ]);
  expect(tree.has("/usr/bin/other")).toBe(true);
});

test("links without an end are an error", async () => {
  await using folder = await testFolder();
  const tree = new FileTree();
  await tree.writeLayer(join(folder.path, "a.tar"), [
    { kind: "link", path: "/a", target: "b" },
    { kind: "link", path: "/b", target: "a" },
  ]);
  expect(() => tree.has("/a/x")).toThrow("no end");
});

async function list(layer: string): Promise<string[]> {
  const entries: string[] = [];
  for await (const { header } of readTar(layer)) {
    const { name, mode, size, linkname, type } = header;
    const detail = type === "symlink" ? ` -> ${linkname}` : type === "file" ? ` ${size}` : "";
    entries.push(`${mode.toString(8)} ${name}${detail}`);
  }
  return entries;
}
