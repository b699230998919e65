import Table from "cli-table3";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { sanitize } from "../evidence/sanitize.ts";
import { live } from "../live.ts";
import { mutantOf } from "./outcomes.ts";
import { paint } from "./text.ts";

/** Tells each mutant's fate as it is known, all of them in a table at the end, and then again what was not killed. */
export default class MutantsReporter implements Reporter {
  readonly #troubles: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const told = mutantOf(test);
    const time = timeOf(test);
    if (told?.killed) {
      live.print(`${paint("green", "killed")}    ${told.claim}  ${told.mutant}  ${time}\n`, process.stdout);
    } else if (test.result().state === "failed") {
      const why = (test.result().errors ?? []).map(({ message }) => sanitize(message)).join("\n");
      this.#tell(`${paint("red", told ? "survived" : "error")}  ${test.name}  ${time}\n    ${why}\n`);
    }
  }

  onTestModuleEnd(module: TestModule): void {
    for (const error of module.errors()) {
      this.#tell(`${paint("red", "error")}  ${module.relativeModuleId}: ${sanitize(error.message)}\n`);
    }
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const table = new Table({
      head: ["Claim", "Mutant", "Result", "Time"],
      style: { head: [], border: [], compact: true },
    });
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const told = mutantOf(test);
      if (!told) continue;
      const skipped = test.result().state === "skipped";
      const fate = told.killed ? "killed" : skipped ? told.outcome : "survived";
      table.push([told.claim, told.mutant, fate, timeOf(test)]);
    }
    process.stdout.write(`\n${table.toString()}\n${this.#troubles.join("")}`);
  }

  #tell(trouble: string): void {
    this.#troubles.push(trouble);
    live.print(trouble, process.stdout);
  }
}

function timeOf(test: TestCase): string {
  return `${((test.diagnostic()?.duration ?? 0) / 1000).toFixed(1)} s`;
}
