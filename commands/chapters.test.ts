import { expect, test } from "vitest";
import { chapterFiles, chapterIds } from "./chapters.ts";

test("chapters are found by id and by the id without its number", () => {
  expect(chapterFiles(["pod", "02-pause"])).toEqual(["chapters/01-pod.test.ts", "chapters/02-pause.test.ts"]);
});

test("all chapters in reading order when none is named", () => {
  expect(chapterFiles([])).toEqual(chapterIds().map((id) => `chapters/${id}.test.ts`));
});

test("an unknown chapter is refused with those there are", () => {
  expect(() => chapterFiles(["pods"])).toThrow('there is no chapter "pods"');
});
