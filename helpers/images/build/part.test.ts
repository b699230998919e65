import { readdir, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { testContext, testFolder } from "../testing/context.ts";
import { isPartFinished, type Part, providePart, removeOldParts } from "./part.ts";

test("a part is made once, also by two at once", async () => {
  await using folder = await testFolder();
  const { part, made } = counted();
  const context = testContext(folder.path);
  const [one, two] = await Promise.all([providePart(context, part), providePart(context, part)]);
  expect(one).toBe(two);
  expect(await readFile(join(one, "program"), "utf8")).toBe("12345");
  expect(made()).toBe(1);
  await providePart(context, { ...part, inputs: ["other"] });
  expect(made()).toBe(2);
});

test("a part that fails leaves nothing and is made again", async () => {
  await using folder = await testFolder();
  const { part, made } = counted();
  const context = testContext(folder.path);
  const failing = {
    ...part,
    async make(target: string) {
      await writeFile(join(target, "program"), "1");
      throw new Error("disk full");
    },
  };
  await expect(providePart(context, failing)).rejects.toThrow("disk full");
  expect(await isPartFinished(folder.path, part)).toBe(false);
  expect(await readdir(folder.path)).toEqual(["parts"]);
  expect(await readdir(join(folder.path, "parts"))).toEqual([]);
  await providePart(context, part);
  expect(made()).toBe(1);
});

test("a part that lost some of its content is made again", async () => {
  await using folder = await testFolder();
  const { part, made } = counted();
  const context = testContext(folder.path);
  const path = await providePart(context, part);
  await truncate(join(path, "program"), 2);
  expect(await isPartFinished(folder.path, part)).toBe(false);
  await providePart(context, part);
  expect(made()).toBe(2);
  expect(await readFile(join(path, "program"), "utf8")).toBe("12345");
});

test("parts that nobody has asked for in months are removed", async () => {
  await using folder = await testFolder();
  const { part } = counted();
  const path = await providePart(testContext(folder.path), part);
  await removeOldParts(folder.path);
  expect(await isPartFinished(folder.path, part)).toBe(true);
  await utimes(join(path, "contents.json"), 1, 1);
  await removeOldParts(folder.path);
  expect(await isPartFinished(folder.path, part)).toBe(false);
});

function counted() {
  let made = 0;
  const part: Part = {
    name: "program",
    title: "making a program",
    inputs: ["a"],
    async make(target) {
      made += 1;
      await sleep(100);
      await writeFile(join(target, "program"), "12345");
    },
  };
  return { part, made: () => made };
}
