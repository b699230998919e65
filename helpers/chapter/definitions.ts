import { recordArtifact, test } from "vitest";
import { chapterOfFile } from "../chapters.ts";
import { DEFINITION_ARTIFACT } from "./artifact.ts";
import type { Bilingual, Claim } from "./claim.ts";
import type { Expectation } from "./expectation.ts";

/** A claim as its chapter states it: nothing of it was run. */
export interface ClaimDefinition {
  readonly id: string;
  readonly chapter: string;
  readonly statement: Bilingual;
  readonly source: string;
  readonly because?: Bilingual;
  readonly references: readonly string[];
  readonly since?: string;
  readonly expect: Expectation;
  /** The names of its mutants. */
  readonly mutants: readonly string[];
}

/** Registers, instead of asking a chapter's claims, what they say: no cluster is needed. */
export function registerDefinitions(): { claim: <T>(id: string, claim: Claim<T>) => void } {
  return {
    claim(id, { en, zh, source, because, references = [], since, expect = "holds", mutants }) {
      test(id, async ({ task }) => {
        await recordArtifact(task, {
          type: DEFINITION_ARTIFACT,
          claim: {
            id,
            chapter: chapterOfFile(task.file.filepath),
            statement: { en, zh },
            source,
            ...(because && { because }),
            references,
            ...(since !== undefined && { since }),
            expect,
            mutants: mutants.map(({ name }) => name),
          },
        });
      });
    },
  };
}
