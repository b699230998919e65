import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isUnexpected } from "../helpers/chapter/outcome.ts";
import { chapterFile, chapterIds, chaptersNamed } from "../helpers/chapters.ts";
import { notOnExisting, sharingOf } from "../helpers/cluster/needs.ts";
import { type KubernetesVersion, versionNamed } from "../helpers/images/versions.ts";
import { readLedger, readTranscript } from "../helpers/ledger/files.ts";
import { groundName } from "../helpers/ledger/ledger.ts";
import { type Column, columnOfRecording, columnOfRun, rowsOf } from "../helpers/ledger/matrix.ts";
import { describeError, Problem } from "../helpers/problem.ts";
import type { ChapterRecord } from "../helpers/record.ts";
import Recorder from "../helpers/report/recorder.ts";
import { type Language, WORDS } from "../helpers/report/text.ts";
import TotalsReporter from "../helpers/report/totals.ts";
import { upgradeChanges, upgradeTable } from "../helpers/report/upgrade.ts";
import { upgradeMarkdown } from "../helpers/report/upgrade-markdown.ts";
import { commandLine, languageOption, main } from "./command.ts";
import { environmentHelp } from "./environment.ts";
import { keepRecording, RECORD_OPTION } from "./record.ts";
import { runVitest } from "./run-vitest.ts";
import { withClusters } from "./with-cluster.ts";

interface Options {
  readonly chapters?: string[];
  readonly since?: string;
  readonly record?: boolean;
  readonly json?: string;
  readonly junit?: string;
  readonly markdown?: string;
  readonly lang: Language;
}

/** A claim's outcome was not what its chapter expects. */
const EXIT_UNKNOWN = 1;
/** A version could not be run, or not to its end. */
const EXIT_NOT_RUN = 2;

/** What became of one version. */
interface VersionRun {
  readonly version: KubernetesVersion;
  /** On what it was told: which node, runtime and version of cgroups. Nothing when no node came up. */
  readonly ground?: string;
  /** What was told. */
  readonly chapters: readonly ChapterRecord[];
  /** Why it was not run, or not to its end. */
  readonly problem?: string;
  readonly seconds: number;
}

await main(async () => {
  const command = commandLine(
    "upgrade",
    "Runs all chapters on each version of Kubernetes, and shows which claims changed.",
  )
    .argument("<versions...>", "such as v1.34.4 v1.36.3")
    .option("--chapters <names...>", "these chapters only, such as pod or 05-deployment")
    .option("--since <ledger>", "compare with a recording as well, such as ledger/<name>.json")
    .option(...RECORD_OPTION)
    .option("--json <file>", "write the result as JSON")
    .option("--junit <folder>", "write a JUnit file for each version")
    .option("--markdown <file>", "write a summary, for the page of a CI job for example")
    .addOption(languageOption())
    .addHelpText(
      "after",
      `${environmentHelp("CLUSTER=fresh")}

Exit code: 0 when every outcome is as its chapter expects, 1 when one is not, 2 when a version could not be run.`,
    )
    .parse();
  const options = command.opts<Options>();
  const { lang } = options;
  if (process.env.K3S_IMAGE || process.env.KUBERNETES_VERSION) {
    throw new Problem(
      "K3S_IMAGE or KUBERNETES_VERSION is set",
      "Unset it: here the versions are named as arguments.",
    );
  }
  // Whatever is wrong with the question is told before anything is started.
  if (sharingOf(process.env) === "existing") throw notOnExisting();
  const versions = command.args.map((text) => versionNamed(text));
  if (new Set(versions.map(({ kubernetes }) => kubernetes)).size < versions.length) {
    throw new Problem("a version of Kubernetes is named twice", "Name each once.");
  }
  const chapters = options.chapters ? chaptersNamed(options.chapters) : chapterIds();
  const since = options.since === undefined ? [] : [recordedColumn(options.since)];

  const runs: VersionRun[] = [];
  for (const version of versions) {
    process.stdout.write(`\n── Kubernetes ${version.kubernetes} (${runs.length + 1}/${versions.length})\n`);
    runs.push(await runVersion(version, chapters, options));
  }

  const columns = [
    ...since,
    ...runs.map(({ version, chapters: told }) => columnOfRun(version.kubernetes, told)),
  ];
  const titles = columns.map(({ title }) => title);
  // A file is read where nobody saw the run: a stand-in must not pass for k3s there.
  const grounds = [
    ...since.map(({ title }) => title),
    ...runs.map(({ ground, version }) => ground ?? version.kubernetes),
  ];
  const rows = rowsOf(
    runs.flatMap(({ chapters: told }) => told),
    columns,
  );
  if (options.json !== undefined)
    write(options.json, `${JSON.stringify({ titles: grounds, rows }, null, 1)}\n`);
  if (options.markdown !== undefined) write(options.markdown, upgradeMarkdown(grounds, rows, lang));
  process.stdout.write(
    [
      "",
      upgradeTable(titles, rows, lang),
      ...upgradeChanges(titles, rows, lang),
      ...runs.map((run) => summary(run, lang)),
      "",
    ].join("\n"),
  );
  if (rows.some(({ unknown }) => unknown)) process.exitCode = EXIT_UNKNOWN;
  if (runs.some(({ problem }) => problem !== undefined)) process.exitCode = EXIT_NOT_RUN;
}, EXIT_NOT_RUN);

/** Runs the chapters on one version; that it can't be run is part of the result. */
async function runVersion(
  version: KubernetesVersion,
  chapters: readonly string[],
  { record = false, junit }: Options,
): Promise<VersionRun> {
  const started = performance.now();
  const recorder = new Recorder();
  const file = junit && join(junit, `${version.kubernetes}.xml`);
  let problem: string | undefined;
  try {
    await withClusters({ keep: false, chapters, node: { version } }, (clusters) =>
      runVitest({
        projects: ["chapters"],
        files: chapters.map(chapterFile),
        reporters: [
          "default",
          ...(file ? [["junit", { outputFile: file }] as const] : []),
          recorder,
          new TotalsReporter(),
        ],
        provide: { ...clusters, mode: "claims" },
      }),
    );
    problem = whyNotWhole(recorder);
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    problem = error instanceof Error ? error.message : String(error);
  }
  // A run that is red says so by its claims, in the table.
  process.exitCode = undefined;
  if (record && problem === undefined) keepOrSay(recorder);
  const { record: told } = recorder;
  return {
    version,
    chapters: recorder.chapters,
    ...(told && { ground: groundName(told.head) }),
    ...(problem !== undefined && { problem }),
    seconds: (performance.now() - started) / 1000,
  };
}

/** Why what was told of a version is not all that there was to tell; undefined when it is. */
function whyNotWhole({ incomplete, chapters }: Recorder): string | undefined {
  if (incomplete.length > 0) return `incomplete chapters: ${incomplete.join(", ")}`;
  const claims = chapters.flatMap((chapter) => chapter.claims);
  if (!process.exitCode || claims.some(isUnexpected)) return undefined;
  return "the run failed for a reason other than an outcome; it is printed above";
}

/** That a run can't be recorded, with a claim that ended in an error say, does not make it one that was not run. */
function keepOrSay(recorder: Recorder): void {
  try {
    keepRecording(recorder);
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
  }
}

function recordedColumn(file: string): Column {
  const ledger = readLedger(file);
  return columnOfRecording(groundName(ledger.head), { ledger, transcript: readTranscript(file) });
}

function summary({ version, ground, problem, seconds }: VersionRun, language: Language): string {
  const words = WORDS[language];
  const took = `${version.kubernetes}: ${ground === undefined ? "" : `${ground}, `}${words.seconds(seconds)}`;
  return problem === undefined ? took : `${took}. ${words.notRun}${problem}`;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
