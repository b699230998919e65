import { recordArtifact, test } from "vitest";
import { chapterOfFile } from "../chapters.ts";
import { type Manifest, readManifestText } from "../manifest.ts";
import { DEFINITION_ARTIFACT } from "./artifact.ts";
import type { Bilingual, Chapter, Claim, Mutant } from "./claim.ts";
import type { Expectation } from "./expectation.ts";
import { changedLines, inOrder, type ObjectLines } from "./manifest-lines.ts";

/** A claim as its chapter states it: nothing of it was run. */
export interface ClaimDefinition {
  readonly id: string;
  readonly statement: Bilingual;
  readonly source: string;
  readonly because?: Bilingual;
  readonly references: readonly string[];
  readonly since?: string;
  readonly expect: Expectation;
  /** The names of its mutants. */
  readonly mutants: readonly string[];
  /** What its mutants change in the manifests: there the outcome is decided. */
  readonly manifestLines: readonly ManifestLines[];
  /** The line of its chapter's file on which it begins, counted from 1. */
  readonly line: number;
}

/** Lines of one object in one manifest file. */
export interface ManifestLines extends ObjectLines {
  /** The file's name under fixtures/manifests. */
  readonly file: string;
}

/** A chapter as its file states it. */
export interface ChapterDefinition extends Pick<Chapter, "title" | "intro" | "namespace"> {
  readonly id: string;
  readonly manifests: readonly string[];
  readonly later: readonly string[];
  readonly claims: readonly ClaimDefinition[];
}

/** What a test hands on of its chapter and of its claim. */
export interface DefinitionOfClaim {
  readonly chapter: Omit<ChapterDefinition, "claims">;
  readonly claim: ClaimDefinition;
}

/** Registers, instead of asking a chapter's claims, what they say: no cluster is needed. */
export function registerDefinitions(
  { title, intro, namespace, manifests, later = [] }: Chapter,
  manifest: Manifest,
): { claim: <T>(id: string, claim: Claim<T>) => void } {
  return {
    claim(id, { en, zh, source, because, references = [], since, expect = "holds", mutants }) {
      test(id, async ({ task }) => {
        await recordArtifact(task, {
          type: DEFINITION_ARTIFACT,
          chapter: { id: chapterOfFile(task.file.filepath), title, intro, namespace, manifests, later },
          claim: {
            id,
            statement: { en, zh },
            source,
            ...(because && { because }),
            references,
            ...(since !== undefined && { since }),
            expect,
            mutants: mutants.map(({ name }) => name),
            manifestLines: linesOf(mutants, manifest),
            line: task.location?.line ?? 1,
          },
        });
      });
    },
  };
}

/** The lines that some mutant changes, object by object. What a mutant leaves out altogether is not meant. */
function linesOf<T>(mutants: readonly Mutant<T>[], manifest: Manifest): ManifestLines[] {
  const found = mutants.flatMap((mutant) => {
    if (!("manifest" in mutant) || !mutant.manifest) return [];
    const copy = manifest.copy();
    // A mutant may take objects out of these lists.
    const before = copy.files.map(({ objects }) => [...objects]);
    mutant.manifest(copy);
    return manifest.files.flatMap(({ name, objects }, file) => {
      const left = copy.files[file]?.objects ?? [];
      const changed = objects.map((untouched, index) => {
        const object = before[file]?.[index];
        return object && left.includes(object) ? object : untouched;
      });
      return changedLines(readManifestText(name), changed).map((lines) => ({ file: name, ...lines }));
    });
  });
  const byObject = Map.groupBy(found, ({ file, first }) => `${file}:${first}`);
  return manifest.files.flatMap(({ name }) =>
    [...byObject.values()]
      .flatMap((alike) => {
        const [one] = alike;
        if (one?.file !== name) return [];
        const lines = inOrder(alike.flatMap((object) => object.lines));
        return [{ ...one, lines, above: inOrder(alike.flatMap((object) => object.above)) }];
      })
      .sort((a, b) => a.first - b.first),
  );
}
