import type { Reporter, TestCase, TestModule } from "vitest/node";
import { chapterOfFile } from "../chapters.ts";
import { sanitize } from "../evidence/sanitize.ts";
import { live } from "../live.ts";

/** Tells on a terminal what a run of the chapters is at: what is imported and opened, and which claims are asked. */
export default class LiveClaims implements Reporter {
  onTestModuleQueued(module: TestModule): void {
    live.begin(module.id, () => `${chapterOf(module)}: importing`);
  }

  onTestModuleStart(module: TestModule): void {
    live.begin(module.id, () => `${chapterOf(module)}: waiting for its cluster and its Pods`);
  }

  onTestModuleEnd(module: TestModule): void {
    live.end(module.id);
    for (const test of module.children.allTests()) live.end(test.id);
  }

  onTestCaseReady(test: TestCase): void {
    live.end(test.module.id);
    live.begin(test.id, () => sanitize(`${chapterOf(test.module)}: ${test.name}`));
  }

  onTestCaseResult(test: TestCase): void {
    live.end(test.id);
  }
}

function chapterOf(module: TestModule): string {
  return chapterOfFile(module.moduleId);
}
