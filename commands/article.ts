import { Option } from "commander";
import type { ClusterDescription } from "../helpers/cluster/description.ts";
import type { ChapterRecord } from "../helpers/record.ts";
import Narrator from "../helpers/report/narrator.ts";
import Recorder, { LAST_RUN, recordHead } from "../helpers/report/recorder.ts";
import { describeHead, type Language, WORDS } from "../helpers/report/text.ts";
import TotalsReporter from "../helpers/report/totals.ts";
import { chapterFiles } from "./chapters.ts";
import { commandLine, main } from "./command.ts";
import { ENVIRONMENT } from "./environment.ts";
import { runVitest } from "./run-vitest.ts";
import { withCluster } from "./with-cluster.ts";

interface Options {
  readonly testNamePattern?: string;
  readonly keep?: boolean;
  readonly lang: Language;
}

await main(async () => {
  const command = commandLine(
    "article",
    "Boots a Kubernetes node and tells every claim of the article on it.",
  )
    .argument("[chapters...]", "chapters to run, such as pod or 02-pause; all by default")
    .option("-t, --test-name-pattern <pattern>", "only claims whose id or English statement matches")
    .option("--keep", "leave the cluster up to play with, and say how to reach and remove it")
    .addOption(
      new Option("--lang <language>", "tell it in English or Chinese").choices(["en", "zh"]).default("en"),
    )
    .addHelpText("after", ENVIRONMENT)
    .parse();
  const { testNamePattern, keep = false, lang } = command.opts<Options>();
  const files = chapterFiles(command.args);
  const started = performance.now();
  await withCluster({ keep }, async (cluster) => {
    const head = recordHead(cluster);
    const recorder = new Recorder();
    process.stdout.write(`${describeHead(head, lang).join("\n")}\n`);
    await runVitest({
      projects: ["chapters"],
      files,
      testNamePattern,
      reporters: [new Narrator({ language: lang }), recorder, new TotalsReporter()],
      provide: { cluster, mode: "claims" },
    });
    const lines = ["", ...describeHead(head, lang), ...times(cluster, recorder.chapters, started, lang)];
    if (recorder.chapters.length > 0) lines.push(`${WORDS[lang].record}${LAST_RUN}`);
    process.stdout.write(`${lines.join("\n")}\n`);
  });
});

/** The parts of the boot, how long each chapter's Pods took from being applied to being ready, and the whole. */
function times(
  { boot }: ClusterDescription,
  chapters: readonly ChapterRecord[],
  started: number,
  language: Language,
): string[] {
  const words = WORDS[language];
  const parts = Object.entries(boot).map(([part, ms]) => `${part} ${words.seconds(ms / 1000)}`);
  const ready = chapters.map(
    ({ id, prelude }) => `${id} ${words.seconds((prelude[0]?.duration ?? 0) / 1000)}`,
  );
  return [
    `${words.boot}${parts.join(words.and)}`,
    ...(ready.length > 0 ? [`${words.podsReady}${ready.join(words.and)}`] : []),
    `${words.total}${words.seconds((performance.now() - started) / 1000)}`,
  ];
}
