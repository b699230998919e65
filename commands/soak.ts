import { existsSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { Option } from "commander";
import { execa } from "execa";
import { chapterIds, chaptersNamed } from "../helpers/chapters.ts";
import { addOnsOf } from "../helpers/cluster/needs.ts";
import { nodeOf, planClusters } from "../helpers/cluster/plan.ts";
import { sanitize } from "../helpers/evidence/sanitize.ts";
import { findProgram, installPackages, mayInstall } from "../helpers/engine/install.ts";
import { isInterrupted, onInterrupt } from "../helpers/engine/signals.ts";
import { thisPlatform } from "../helpers/engine/platform.ts";
import { ownCommand } from "../helpers/own-command.ts";
import { PROJECT_ROOT } from "../helpers/paths.ts";
import { Problem } from "../helpers/problem.ts";
import type { Progress } from "../helpers/progress.ts";
import type { RunRecord } from "../helpers/record.ts";
import { remains } from "../helpers/remains.ts";
import { LAST_RUN, readLastRun } from "../helpers/report/recorder.ts";
import { countFlakes, type Flake, flakesOf } from "../helpers/soak/flakes.ts";
import {
  beginJournal,
  continueJournal,
  hashOfSources,
  type Journal,
  readJournal,
  writeJournal,
} from "../helpers/soak/journal.ts";
import { leftBehind } from "../helpers/soak/left-behind.ts";
import { countResources, resourceRows } from "../helpers/soak/resources.ts";
import { describeRound, planRounds, type Round, type Variations } from "../helpers/soak/rounds.ts";
import { asCount, commandLine, main } from "./command.ts";
import { environmentHelp } from "./environment.ts";
import { withEngine } from "./with-cluster.ts";

interface Options extends Variations {
  readonly chapters?: string[];
  readonly continue?: true;
}

/** Where is kept what was counted, and the output and the record of each round in which something was not as expected. */
const EVIDENCE = "evidence/soak";
const FOLDER = join(PROJECT_ROOT, EVIDENCE);

const LOAD = "stress-ng";
/** It ends by itself at last, should this process be killed: longer than any round, in seconds. */
const LOAD_SECONDS = 3_600;

const STYLE = { head: [], border: [], compact: true };

await main(async () => {
  const command = commandLine(
    "soak",
    "Runs all chapters again and again, and counts everything that was not as expected.",
  )
    .argument("[rounds]", "how many times", asCount, 50)
    .option("--chapters <names...>", "these chapters only, such as pod or 05-deployment")
    .addOption(
      new Option("--clusters <which>", "one cluster for all chapters, one for each, or both in turn")
        .choices(["shared", "fresh", "alternate"])
        .default("alternate"),
    )
    .addOption(
      new Option("--load <when>", `keep every core busy with ${LOAD} meanwhile`)
        .choices(["never", "always", "alternate"])
        .default("alternate"),
    )
    .option("--continue", "continue a soak that was stopped before its last round")
    .addHelpText("after", environmentHelp("K3S_IMAGE", "KUBERNETES_VERSION"))
    .parse();
  const options = command.opts<Options>();
  if (process.env.CLUSTER) {
    throw new Problem("CLUSTER is set", "Unset it: a soak has the option --clusters instead.");
  }
  const chapters = options.chapters ? chaptersNamed(options.chapters) : chapterIds();
  const rounds = planRounds(command.processedArgs[0] as number, options);

  // Told before anything is started.
  const before = options.continue && readJournal(FOLDER);

  await withEngine({ keep: false }, async ({ engine, run, progress }) => {
    if (rounds.some(({ load }) => load)) await provideLoad(progress);
    // The images are made before the first round, so that each does the same.
    const { node } = await planClusters(
      { engine, run, progress, node: nodeOf(process.env) },
      addOnsOf(chapters),
    );
    const { clusters, load } = options;
    const subject = {
      sources: hashOfSources(),
      node: `${node.reference} ${node.digest}`,
      chapters,
      clusters,
      load,
    };
    const journal = before ? continueJournal(before, subject) : beginJournal(FOLDER, subject);
    const earlier = journal.rounds.length;
    if (earlier > 0) progress.note(`continuing after ${earlier} earlier rounds`);
    const resources = await countResources(engine.docker);
    // Who ends it early, or whom an error ends, wants to know what was counted so far.
    const tellUnfinished = () =>
      void process.stdout.write(`\n${summary(journal)}\nnpm run soak -- --continue goes on from there\n`);
    using _interruption = onInterrupt(async () => tellUnfinished());
    try {
      for (const round of rounds.slice(earlier)) {
        const title = `Round ${round.number} of ${rounds.length}: ${describeRound(round)}`;
        const found = await progress.step(title, () => soakRound(round, chapters));
        // The round that was cut short says nothing, and none begins any more.
        if (isInterrupted()) return;
        for (const { what, why } of found) progress.note(`  ✗ ${what}: ${sanitize(why)}`);
        journal.rounds.push(found);
        writeJournal(FOLDER, journal);
      }
    } catch (error) {
      tellUnfinished();
      throw error;
    }
    process.stdout.write(`\n${summary(journal)}\n`);
    if (journal.rounds.some((found) => found.length > 0)) process.exitCode = 1;
    const rows = resourceRows(resources, await countResources(engine.docker));
    process.stdout.write(`\n${resourceTable(rows, earlier + 1, rounds.length)}\n`);
  });
});

/** Runs all chapters once in a process of its own; keeps its output and its record when something was not as expected. */
async function soakRound(round: Round, chapters: readonly string[]): Promise<Flake[]> {
  const before = remains();
  rmSync(join(PROJECT_ROOT, LAST_RUN), { force: true });
  await using _load = round.load ? startLoad() : undefined;
  const { exitCode, all } = await ownCommand(process.execPath, ["commands/article.ts", ...chapters], {
    cwd: PROJECT_ROOT,
    env: round.fresh ? { CLUSTER: "fresh" } : {},
    reject: false,
  });
  if (isInterrupted()) return [];
  // It may not have come so far.
  const record = existsSync(join(PROJECT_ROOT, LAST_RUN)) ? readLastRun() : undefined;
  const left = leftBehind(before, remains());
  const flakes = flakesOf({ record, exitCode, chapters, left });
  if (flakes.length > 0) keep(round, all, record);
  return flakes;
}

function keep({ number }: Round, output: string, record: RunRecord | undefined): void {
  writeFileSync(join(FOLDER, `round-${number}.log`), output);
  if (record) writeFileSync(join(FOLDER, `round-${number}.json`), `${JSON.stringify(record, null, 2)}\n`);
}

/** Keeps every core busy until it is disposed of. */
function startLoad(): AsyncDisposable {
  const options = ["--cpu", String(availableParallelism()), "--timeout", String(LOAD_SECONDS), "--quiet"];
  const load = execa(findProgram(LOAD) ?? LOAD, options, { reject: false, stdio: "ignore" });
  return {
    async [Symbol.asyncDispose]() {
      const wasThere = load.kill();
      await load;
      if (wasThere || isInterrupted()) return;
      throw new Problem(`${LOAD} had ended by itself: a round had no load`, `See why, or say --load never.`);
    },
  };
}

async function provideLoad(progress: Progress): Promise<void> {
  if (findProgram(LOAD)) return;
  if (thisPlatform() !== "debian" || process.getuid?.() !== 0 || !mayInstall(process.env)) {
    throw new Problem(
      `${LOAD} is not installed`,
      `Install it (on Debian and Ubuntu: apt-get install ${LOAD}), or say --load never.`,
    );
  }
  await progress.step(`Installing ${LOAD}`, () => installPackages([LOAD], progress));
}

/** What was in use before the first of these rounds, and after the last. */
function resourceTable(rows: readonly (readonly string[])[], first: number, last: number): string {
  const table = new Table({ head: ["", `Before round ${first}`, `After round ${last}`], style: STYLE });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

function summary({ rounds }: Journal): string {
  const counted = countFlakes(rounds);
  const red = rounds.filter((found) => found.length > 0).length;
  const lines: string[] = [];
  if (counted.length > 0) {
    const table = new Table({ head: ["Not as expected", "Times", "In rounds"], style: STYLE });
    table.push(...counted.map(({ what, rounds: those }) => [what, those.length, those.join(", ")]));
    lines.push(table.toString(), `Output and records of these rounds: ${EVIDENCE}/`, "");
  }
  return [...lines, `${rounds.length} rounds, ${red} of them with something that was not as expected`].join(
    "\n",
  );
}
