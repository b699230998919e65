import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { packFile, packStream, readAll, readTar, writeTar } from "./tar.ts";
import { testFolder } from "./testing/context.ts";

const LARGE = 32 << 20;

test("what was written can be read", async () => {
  await using folder = await testFolder();
  const file = join(folder.path, "a.tar");
  await writeTar(file, async (pack) => {
    await packFile(pack, { name: "small" }, "one");
    await packStream(pack, { name: "streamed", size: 3 }, Readable.from([Buffer.from("two")]));
  });
  const read: string[] = [];
  for await (const { header, content } of readTar(file))
    read.push(`${header.name}: ${String(await readAll(content))}`);
  expect(read).toEqual(["small: one", "streamed: two"]);
});

test("why nothing can be written is told, however much there is to add", async () => {
  await using folder = await testFolder();
  const taken = join(folder.path, "taken");
  await mkdir(taken);
  const written = writeTar(taken, async (pack) => {
    for (const name of ["one", "two"]) await packFile(pack, { name }, Buffer.alloc(LARGE));
    await packStream(pack, { name: "three", size: LARGE }, Readable.from([Buffer.alloc(LARGE)]));
  });
  await expect(written).rejects.toThrow("EISDIR");
});

test("what was written of an archive that is read meanwhile is let go of when the writer fails", async () => {
  await using folder = await testFolder();
  const source = join(folder.path, "source.tar");
  await writeTar(source, (pack) => packFile(pack, { name: "large" }, Buffer.alloc(LARGE)));
  let left = false;
  const copied = writeTar(folder.path, async (pack) => {
    try {
      for await (const { header, content } of readTar(source)) await packStream(pack, header, content);
    } finally {
      left = true;
    }
  });
  await expect(copied).rejects.toThrow("EISDIR");
  expect(left).toBe(true);
});

test("a failure to add is told as it is", async () => {
  await using folder = await testFolder();
  const file = join(folder.path, "a.tar");
  const failing = writeTar(file, async (pack) => {
    await packFile(pack, { name: "one" }, "1");
    throw new Error("there is no two");
  });
  await expect(failing).rejects.toThrow("there is no two");
});
