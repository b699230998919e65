import { readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isIntact, seal } from "./seal.ts";
import { testFolder } from "./testing/context.ts";

const TAR = Buffer.concat([Buffer.alloc(4096, "x"), Buffer.alloc(1024)]);

test("a sealed archive is intact until it is touched", async () => {
  await using folder = await testFolder();
  const file = join(folder.path, "a.tar");
  await writeFile(file, TAR);
  expect(await isIntact(file)).toBe(false);
  await seal(file);
  expect(await isIntact(file)).toBe(true);
  await utimes(file, 1, 1);
  expect(await isIntact(file)).toBe(true);
});

test.each([
  ["cut short", (file: string) => truncate(file, 2048)],
  [
    "cut short and filled up with zeros",
    async (file: string) => {
      await truncate(file, 100);
      await truncate(file, TAR.length);
    },
  ],
  [
    "changed in the middle",
    async (file: string) => {
      const content = await readFile(file);
      content[10] = 0;
      await writeFile(file, content);
      await utimes(file, 1, 1);
    },
  ],
  [
    "changed at its end",
    async (file: string) => {
      const content = await readFile(file);
      content[TAR.length - 1] = 1;
      await writeFile(file, content);
    },
  ],
])("one that is %s is found out", async (_, damage) => {
  await using folder = await testFolder();
  const file = join(folder.path, "a.tar");
  await writeFile(file, TAR);
  await seal(file);
  await damage(file);
  expect(await isIntact(file)).toBe(false);
});
