import Table from "cli-table3";
import type { SerializedError } from "vitest";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import type { ClaimArtifact } from "../chapter/artifact.ts";
import { isClusterLost } from "../chapter/opening-error.ts";
import { sanitize } from "../evidence/sanitize.ts";
import { formatStepsBriefly } from "../evidence/transcript.ts";
import { live } from "../live.ts";
import type { ClaimRecord } from "../record.ts";
import { claimOf, errorsOf } from "./outcomes.ts";
import { tellSteps } from "./steps.ts";
import { type Language, paint, verdict, WORDS } from "./text.ts";
import { inColumn, STATEMENT_WIDTH } from "./wrap.ts";

/** Tells a run as the article would be told: chapter, prose, claim, command, real output, outcome. */
export default class Narrator implements Reporter {
  readonly #language: Language;
  readonly #claims: ClaimArtifact[] = [];
  /** What is to be told of each test, by its id, until all tests before it in its chapter are told. */
  readonly #waiting = new Map<string, { told: ClaimArtifact | undefined; lines: string[] }>();
  readonly #started = new Set<string>();
  /** Chapters that were not told to their end yet, in reading order. */
  #order: string[] = [];
  readonly #ended = new Set<string>();
  /** Lines of chapters that run beside the one that is being told. */
  readonly #untold = new Map<string, string[]>();

  constructor({ language = "en" }: { language?: Language } = {}) {
    this.#language = language;
  }

  onTestRunStart(specifications: readonly { moduleId: string }[]): void {
    this.#order = specifications.map(({ moduleId }) => moduleId).sort();
  }

  onTestCaseResult(test: TestCase): void {
    const told = claimOf(test);
    // That the cluster is lost is told once, at the end.
    if (told?.clusterLost) return;
    const errors = test.result().state === "failed" && !told ? (test.result().errors ?? []) : [];
    const lines = told
      ? this.#tellClaim(told.claim)
      : errors.map((error) => paint("red", `✗ ${test.name}: ${textOf(error)}`));
    this.#waiting.set(test.id, { told, lines });
    this.#write(test.module.moduleId, this.#inReadingOrder(test.module));
  }

  onTestModuleEnd(module: TestModule): void {
    const errors = errorsOf(module).filter((error) => !isClusterLost(error));
    this.#ended.add(module.moduleId);
    this.#write(module.moduleId, [
      ...this.#inReadingOrder(module),
      ...errors.map((error) => paint("red", `✗ ${module.relativeModuleId}: ${textOf(error)}`)),
    ]);
  }

  onTestRunEnd(_modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    for (const lines of this.#untold.values()) this.#print(lines);
    for (const error of errors) this.#print([paint("red", `✗ ${textOf(error)}`)]);
    if (this.#claims.length > 0) this.#print(["", this.#table()]);
  }

  /** Claims that are asked side by side end in any order: gives what may be told now so that they are told as written. */
  #inReadingOrder(module: TestModule): string[] {
    const lines: string[] = [];
    for (const test of module.children.allTests()) {
      const next = this.#waiting.get(test.id);
      if (!next && test.result().state === "pending" && !this.#ended.has(module.moduleId)) break;
      if (!next) continue;
      this.#waiting.delete(test.id);
      if (next.told) {
        if (!this.#started.has(next.told.chapter.id)) lines.push(...this.#openChapter(next.told));
        this.#started.add(next.told.chapter.id);
        this.#claims.push(next.told);
      }
      lines.push(...next.lines);
    }
    return lines;
  }

  #openChapter({ chapter }: ClaimArtifact): string[] {
    const title = `${chapter.id}  ${chapter.title[this.#language]}`;
    return [
      "",
      paint("bold", title),
      paint("bold", "=".repeat(60)),
      chapter.intro[this.#language]
        .trim()
        .replaceAll(/\*\*(.+?)\*\*/g, (_, word: string) => paint("bold", word)),
      "",
      ...indent(tellSteps(chapter.prelude, this.#language)),
    ];
  }

  #tellClaim(claim: ClaimRecord): string[] {
    const words = WORDS[this.#language];
    const diagnosis = formatStepsBriefly(claim.diagnosis);
    return [
      "",
      `${paint("cyan", claim.id)}  ${paint("bold", claim.statement[this.#language])}`,
      ...indent(tellSteps(claim.steps, this.#language)),
      `  ${verdict(claim, this.#language)}  ${paint("dim", words.seconds(claim.duration / 1000))}`,
      ...(claim.because ? [`  ${words.because}${claim.because[this.#language]}`] : []),
      ...(claim.because && claim.references.length > 0
        ? [paint("dim", `  ${words.sources}${claim.references.join(" ")}`)]
        : []),
      ...(claim.outcome === "error" ? [paint("red", `  ${claim.reason ?? ""}`)] : []),
      ...(claim.outcome !== claim.expected && claim.observed !== undefined && diagnosis.length > 0
        ? [paint("red", `  ${words.observed}${JSON.stringify(claim.observed)}`)]
        : []),
      ...indent(diagnosis),
    ];
  }

  #table(): string {
    const words = WORDS[this.#language];
    const table = new Table({
      head: [words.claim, words.statement, words.outcome, words.time].map((word) => paint("bold", word)),
      style: { head: [], border: [], compact: true },
      // An id is what a reader searches for: never cut off.
      colWidths: [Math.max(...this.#claims.map(({ claim }) => claim.id.length)) + 2, STATEMENT_WIDTH, 30, 10],
      wordWrap: true,
    });
    const inOrder = this.#claims.toSorted((a, b) =>
      a.chapter.id < b.chapter.id ? -1 : a.chapter.id > b.chapter.id ? 1 : 0,
    );
    for (const { claim } of inOrder) {
      table.push([
        claim.id,
        inColumn(claim.statement[this.#language], this.#language),
        verdict(claim, this.#language),
        words.seconds(claim.duration / 1000),
      ]);
    }
    return table.toString();
  }

  /** Prints at once what belongs to the chapter that is being told, and keeps the rest until its turn. */
  #write(moduleId: string, lines: string[]): void {
    this.#untold.set(moduleId, [...(this.#untold.get(moduleId) ?? []), ...lines]);
    for (const id of [...this.#order]) {
      this.#print(this.#untold.get(id) ?? []);
      this.#untold.delete(id);
      if (!this.#ended.has(id)) return;
      this.#order.shift();
    }
  }

  #print(lines: readonly string[]): void {
    if (lines.length > 0) live.print(`${lines.join("\n")}\n`, process.stdout);
  }
}

function textOf(error: SerializedError): string {
  const remedy = (error as { remedy?: unknown }).remedy;
  return sanitize(typeof remedy === "string" ? `${error.message}\n  → ${remedy}` : error.message);
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}
