import { expect, test } from "vitest";
import { chapterFile, chapterIds, chapterOfFile, chaptersNamed } from "./chapters.ts";

test("chapters are found by id, by the id without its number, and by the number", () => {
  expect(chaptersNamed(["pod", "02-pause", "03"])).toEqual(["01-pod", "02-pause", "03-pod-by-hand"]);
});

test("a chapter's file tells its id", () => {
  expect(chapterIds().map((id) => chapterOfFile(chapterFile(id)))).toEqual(chapterIds());
});

test("an unknown chapter is refused with those there are", () => {
  expect(() => chaptersNamed(["pods"])).toThrow('there is no chapter "pods"');
});
