import { describe, expect, test } from "vitest";
import type { ChapterDefinition } from "../chapter/definitions.ts";
import type { Recording } from "../ledger/files.ts";
import { type ClaimRecord, type RunRecord, RECORD_SCHEMA } from "../record.ts";
import { makeBook } from "./make-book.ts";

const MANIFEST = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  hostNetwork: true\n";
const CODE = 'claim("a.first", {\n  en: "x",\n});\n\nclaim("a.second", {\n});\n';

const definition: ChapterDefinition = {
  id: "01-a",
  title: { en: "A", zh: "甲" },
  intro: { en: "Intro", zh: "开头" },
  namespace: "a",
  manifests: ["01-a.yaml"],
  later: [],
  claims: [
    {
      id: "a.first",
      statement: { en: "It is so", zh: "确实如此" },
      source: "article#a",
      references: [],
      expect: "holds",
      mutants: ["it is not"],
      manifestLines: [{ file: "01-a.yaml", first: 1, last: 6, lines: [6], above: [] }],
      line: 1,
    },
    {
      id: "a.second",
      statement: { en: "It is not", zh: "并非如此" },
      source: "ours#a",
      references: [],
      expect: [{ outcome: "refuted", before: "1.36" }],
      mutants: ["it is"],
      manifestLines: [],
      line: 5,
    },
  ],
};

function claimRecord(id: string, outcome: "holds" | "refuted", seen: string): ClaimRecord {
  const claim = definition.claims.find((one) => one.id === id);
  return {
    id,
    statement: claim?.statement ?? { en: "?", zh: "？" },
    source: "article#a",
    references: [],
    outcome,
    expected: outcome,
    observed: { seen },
    steps: [
      { command: "kubectl get pod web", where: "kubectl", output: `NAME\n${seen}`, exitCode: 0, duration: 1 },
    ],
    timelines: [],
    diagnosis: [],
    duration: 1,
    waitedForClock: 0,
  };
}

function recording(kubernetes: string, cgroup: 1 | 2, claims: ClaimRecord[]): Recording {
  const head = {
    tool: "proven-tutorial",
    distribution: "offline node",
    kubernetes,
    runtime: "containerd",
    runtimeVersion: "2",
    cgroup,
    architecture: "amd64",
    kernel: "6",
    os: "",
    images: [],
  } as const;
  const chapter = {
    id: "01-a",
    title: definition.title,
    intro: definition.intro,
    manifests: [],
    prelude: [],
    claims,
  };
  const transcript: RunRecord = {
    schema: RECORD_SCHEMA,
    head: { ...head, images: [], recordedAt: "2026-01-01T00:00:00Z", boot: {} },
    chapters: [chapter],
  };
  return {
    ledger: {
      schema: 1,
      head: { ...head, images: [], recordedAt: { "01-a": "2026-01-01T00:00:00Z" } },
      chapters: [],
    },
    transcript,
  };
}

function bookOf(recordings: Recording[], chapter: ChapterDefinition = definition) {
  const read = (file: string) => (file.endsWith(".yaml") ? MANIFEST : CODE);
  return makeBook({ chapters: [chapter], recordings, read, kubernetes: "v1.36.3", bench: { schema: 1 } });
}

const OLD = recording("v1.35.4", 1, [
  claimRecord("a.first", "holds", "a"),
  claimRecord("a.second", "refuted", "a"),
]);
const PINNED = recording("v1.36.3", 1, [
  claimRecord("a.first", "holds", "a"),
  claimRecord("a.second", "holds", "b"),
]);
const OTHER = recording("v1.36.3", 2, [claimRecord("a.first", "refuted", "c")]);

describe("the book", () => {
  test("a page shows the version that is run by default, and the others in the order of the recordings", () => {
    const { chapters, grounds } = bookOf([OLD, PINNED]);
    expect(chapters[0]?.shown).toBe("offline-node-v1.36.3-containerd-cgroup-v1");
    expect(grounds.map(({ head }) => head.kubernetes)).toEqual(["v1.35.4", "v1.36.3"]);
  });

  test("what differs from what is shown is told, line by line", () => {
    const second = bookOf([OLD, PINNED]).chapters[0]?.claims[1];
    const seen = second?.seen["offline-node-v1.35.4-containerd-cgroup-v1"];
    expect(seen).toMatchObject({ outcome: "refuted", differs: "outcome", steps: [{ marked: [1] }] });
    expect(second?.seen["offline-node-v1.36.3-containerd-cgroup-v1"]).toMatchObject({ differs: "none" });
  });

  test("the story tells what depends on the ground, and what has changed", () => {
    expect(bookOf([OLD, PINNED, OTHER]).story).toEqual({
      right: [],
      dependent: ["a.first"],
      wrong: [],
      changed: ["a.second"],
      unseen: [],
    });
  });

  test("without any recording there is no outcome", () => {
    const { chapters, story } = bookOf([]);
    expect(chapters[0]?.shown).toBeUndefined();
    expect(chapters[0]?.claims.map(({ seen }) => seen)).toEqual([{}, {}]);
    expect(story.unseen).toEqual(["a.first", "a.second"]);
  });

  test("a claim that was reworded since says how it read", () => {
    const record = {
      ...claimRecord("a.first", "holds", "a"),
      statement: { en: "It was so", zh: "曾经如此" },
    };
    const seen = bookOf([recording("v1.36.3", 1, [record])]).chapters[0]?.claims[0]?.seen;
    expect(Object.values(seen ?? {})).toMatchObject([{ askedAs: { en: "It was so" } }]);
  });

  test("a claim's code, and the lines of the manifest that decide it or only name it", () => {
    const [first, second] = bookOf([PINNED]).chapters[0]?.claims ?? [];
    expect([first?.code, second?.code]).toEqual([
      { first: 1, last: 3 },
      { first: 5, last: 6 },
    ]);
    expect(first?.excerpts).toMatchObject([{ lines: [6], decisive: true }]);
    expect(second?.excerpts).toMatchObject([{ file: "01-a.yaml", lines: [4], decisive: false }]);
  });

  test("a claim without its Chinese half fails the build, by name", () => {
    const [first, ...rest] = definition.claims;
    if (!first) throw new Error("there is no claim");
    const half = {
      ...definition,
      claims: [{ ...first, statement: { en: "It is so", zh: "It is so" } }, ...rest],
    };
    expect(() => bookOf([PINNED], half)).toThrow(/the statement of a\.first has no Chinese/);
  });
});
