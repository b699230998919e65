import { expect, test } from "vitest";
import { chapterFile, chapterIds, chapterOfFile, chaptersNamed } from "./chapters.ts";

test("chapters are found by id and by the id without its number", () => {
  expect(chaptersNamed(["pod", "02-pause"])).toEqual(["01-pod", "02-pause"]);
});

test("a chapter's file tells its id", () => {
  expect(chapterIds().map((id) => chapterOfFile(chapterFile(id)))).toEqual(chapterIds());
});

test("an unknown chapter is refused with those there are", () => {
  expect(() => chaptersNamed(["pods"])).toThrow('there is no chapter "pods"');
});
