import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { beginJournal, continueJournal, hashOfSources, readJournal, writeJournal } from "./journal.ts";

const folder = mkdtempSync(join(tmpdir(), "soak "));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const subject = {
  sources: "abc",
  node: "node:1",
  chapters: ["01-pod"],
  clusters: "alternate",
  load: "alternate",
};
const rounds = [[], [{ what: "pod.ready", why: "refuted" }]];

test("a soak that was ended goes on with the rounds that it had", () => {
  writeJournal(folder, { ...beginJournal(folder, subject), rounds });
  expect(continueJournal(readJournal(folder), { ...subject, chapters: ["01-pod"] }).rounds).toEqual(rounds);
});

test("one that begins anew keeps nothing of the one before", () => {
  writeJournal(folder, { ...beginJournal(folder, subject), rounds });
  beginJournal(folder, subject);
  expect(continueJournal(readJournal(folder), subject).rounds).toEqual([]);
});

test("rounds of something else are not counted with it: what differs is named", () => {
  beginJournal(folder, subject);
  expect(() => continueJournal(readJournal(folder), { ...subject, sources: "def", load: "never" })).toThrow(
    "what differs: the sources, --load",
  );
});

test("where there is none, or half of one, that is said", () => {
  expect(() => continueJournal(readJournal(folder), subject)).toThrow("there is no soak to go on with");
  beginJournal(folder, subject);
  writeFileSync(join(folder, "soak.json"), '{"subject"');
  expect(() => continueJournal(readJournal(folder), subject)).toThrow("there is no soak to go on with");
});

test("the sources are others when a file has another content or another place", () => {
  const put = (name: string, content: string) => {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  };
  put("chapters/01-pod.test.ts", "a");
  put("helpers/a/x.ts", "one");
  put("helpers/b/x.ts", "two");
  const before = hashOfSources(folder);
  put("README.md", "documents it");
  put("helpers/README.md", "documents a part of it");
  expect(hashOfSources(folder)).toBe(before);
  put("helpers/a/x.ts", "two");
  put("helpers/b/x.ts", "one");
  const swapped = hashOfSources(folder);
  expect(swapped).not.toBe(before);
  put("chapters/01-pod.test.ts", "b");
  expect(hashOfSources(folder)).not.toBe(swapped);
});
