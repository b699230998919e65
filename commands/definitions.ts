import type { TestModule } from "vitest/node";
import type { ChapterDefinition } from "../helpers/chapter/definitions.ts";
import { Problem } from "../helpers/problem.ts";
import { definitionOf } from "../helpers/report/outcomes.ts";
import { runVitest } from "./run-vitest.ts";

/**
 * What all chapters and their claims say, in reading order; no cluster is needed.
 * @throws {Problem} when a chapter can't be read
 */
export async function readDefinitions(): Promise<ChapterDefinition[]> {
  let modules: readonly TestModule[] = [];
  const reporter = {
    onTestRunEnd: (ended: readonly TestModule[]) => {
      modules = ended;
    },
  };
  await runVitest({
    projects: ["chapters"],
    files: [],
    reporters: [reporter],
    provide: { mode: "definitions" },
  });
  for (const module of modules) {
    const [error] = module.errors();
    if (!error) continue;
    throw new Problem(`${module.relativeModuleId} can't be read: ${error.message}`, "Fix that file.");
  }
  return modules
    .toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1))
    .flatMap((module) => {
      const told = [...module.children.allTests()].flatMap((test) => definitionOf(test) ?? []);
      return told[0] ? [{ ...told[0].chapter, claims: told.map(({ claim }) => claim) }] : [];
    });
}
