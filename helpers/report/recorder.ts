import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { chapterOfFile } from "../chapters.ts";
import type { ClusterDescription } from "../cluster/description.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { type ChapterRecord, RECORD_SCHEMA, type RecordHead, type RunRecord, runRecord } from "../record.ts";
import { writeWhole } from "../whole-file.ts";
import { claimOf } from "./outcomes.ts";

/** Where the record of the last run of chapters is, seen from the top of the checkout. */
export const LAST_RUN = "evidence/last-run.json";

/** What the last run of chapters in a checkout saw. @throws {Error} when there was none, or it can't be read */
export function readLastRun(checkout = PROJECT_ROOT): RunRecord {
  return runRecord.parse(JSON.parse(readFileSync(join(checkout, LAST_RUN), "utf8")));
}

/** Writes down everything that a run of the chapters saw. */
export default class Recorder implements Reporter {
  /** What the run saw; undefined until it has ended, and when no claim was told. */
  record: RunRecord | undefined;
  /** The chapters of which not all claims were told. */
  incomplete: readonly string[] = [];

  /** What the chapters of the run recorded; empty until the run has ended. */
  get chapters(): readonly ChapterRecord[] {
    return this.record?.chapters ?? [];
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const chapters = chapterRecords(modules);
    this.incomplete = modules.filter(isIncomplete).map(({ moduleId }) => chapterOfFile(moduleId));
    const cluster = modules.find(({ project }) => project.name === "chapters")?.project.getProvidedContext()
      .first?.cluster;
    if (!cluster || chapters.length === 0) return;
    this.record = runRecord.parse({ schema: RECORD_SCHEMA, head: recordHead(cluster), chapters });
    const file = join(PROJECT_ROOT, LAST_RUN);
    mkdirSync(join(file, ".."), { recursive: true });
    writeWhole(file, `${JSON.stringify(this.record, null, 2)}\n`);
  }
}

/** What a record says of the cluster that it was made on; nothing of it gives access. */
export function recordHead(cluster: ClusterDescription): RecordHead {
  const { distribution, kubernetes, runtime, runtimeVersion, cgroup, architecture, kernel, os } = cluster;
  return {
    tool: "proven-tutorial",
    recordedAt: new Date().toISOString(),
    ...{ distribution, kubernetes, runtime, runtimeVersion, cgroup, architecture, kernel, os },
    ...(cluster.engine && { engine: cluster.engine }),
    images: cluster.images.map(({ engineName: _, ...image }) => image),
    boot: cluster.boot,
  };
}

function isIncomplete({ project, children }: TestModule): boolean {
  const tests = [...children.allTests()];
  return project.name === "chapters" && (tests.length === 0 || tests.some((test) => !claimOf(test)));
}

function chapterRecords(modules: readonly TestModule[]): ChapterRecord[] {
  return modules
    .flatMap((module) => {
      const told = [...module.children.allTests()].flatMap((test) => claimOf(test) ?? []);
      const [first] = told;
      const { duration } = module.diagnostic();
      return first ? [{ ...first.chapter, duration, claims: told.map(({ claim }) => claim) }] : [];
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
