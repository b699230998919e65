import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { chapterOfFile } from "../chapters.ts";
import { needsOf } from "../cluster/needs.ts";

/**
 * The order in which files begin: first the chapter that waits for the clock, since nothing makes it shorter, then those
 * with nodes of their own, which wait for Kubernetes to notice that one has gone, then the other chapters, then the unit
 * tests. Within each, what took long the last time comes first, as Vitest has it.
 */
export class ChaptersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const { root } = this.ctx.config;
    return sorted.toSorted((a, b) => rank(relative(root, a.moduleId)) - rank(relative(root, b.moduleId)));
  }
}

/** 0 for what begins first. */
export function rank(file: string): number {
  if (!file.startsWith("chapters/")) return 3;
  const { clock, agents } = needsOf(chapterOfFile(file));
  if (clock) return 0;
  return agents ? 1 : 2;
}
