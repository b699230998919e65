import { chapterFile, chapterIds, chaptersNamed } from "../helpers/chapters.ts";
import type { ClusterDescription } from "../helpers/cluster/description.ts";
import type { ChapterRecord } from "../helpers/record.ts";
import LiveClaims from "../helpers/report/live-claims.ts";
import Narrator from "../helpers/report/narrator.ts";
import Recorder, { LAST_RUN, recordHead } from "../helpers/report/recorder.ts";
import { describeHead, type Language, WORDS } from "../helpers/report/text.ts";
import TotalsReporter from "../helpers/report/totals.ts";
import { asPattern, commandLine, languageOption, main } from "./command.ts";
import { environmentHelp } from "./environment.ts";
import { type ExistingChoice, withExistingOptions } from "./existing.ts";
import { checkRecordable, keepRecording, RECORD_OPTION } from "./record.ts";
import { runVitest } from "./run-vitest.ts";
import { withClusters } from "./with-cluster.ts";

/** The chapters that the article itself was written in; the others are what it promised. */
const ARTICLE = ["pod", "pause", "pod-by-hand"];

interface Options extends ExistingChoice {
  readonly testNamePattern?: string;
  readonly all?: boolean;
  readonly keep?: boolean;
  readonly record?: boolean;
  readonly lang: Language;
}

await main(async () => {
  const command = withExistingOptions(
    commandLine("article", "Boots a Kubernetes node and checks every claim of the article on it."),
  )
    .argument(
      "[chapters...]",
      "chapters to run, such as pod or 05-deployment; those of the article by default",
    )
    .option("--all", "run all chapters")
    .option(
      "-t, --test-name-pattern <pattern>",
      "only claims whose id or English statement matches",
      asPattern,
    )
    .option("--keep", "leave the cluster running, and say how to reach and remove it")
    .option(...RECORD_OPTION)
    .addOption(languageOption())
    .addHelpText(
      "after",
      environmentHelp("K3S_IMAGE", "KUBERNETES_VERSION", "CLUSTER=fresh", "CLUSTER=existing"),
    )
    .parse();
  const existing = command.opts<Options>();
  const { testNamePattern, all = false, keep = false, record = false, lang } = existing;
  const chapters = all ? chapterIds() : chaptersNamed(command.args.length > 0 ? command.args : ARTICLE);
  checkRecordable(record, testNamePattern);
  const started = performance.now();
  await withClusters({ keep, chapters, existing }, async (clusters, told) => {
    const { cluster } = clusters.first;
    const head = recordHead(cluster);
    const recorder = new Recorder();
    process.stdout.write(`${describeHead(head, lang).join("\n")}\n`);
    await runVitest({
      projects: ["chapters"],
      files: told.map(chapterFile),
      testNamePattern,
      reporters: [
        new LiveClaims(),
        new Narrator({ language: lang }),
        recorder,
        new TotalsReporter({ language: lang }),
      ],
      provide: { ...clusters, mode: "claims" },
    });
    const lines = ["", ...describeHead(head, lang), ...times(cluster, recorder.chapters, started, lang)];
    if (recorder.chapters.length > 0) lines.push(`${WORDS[lang].record}${LAST_RUN}`);
    process.stdout.write(`${lines.join("\n")}\n`);
    if (record) keepRecording(recorder);
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
  const withPods = chapters.filter(({ manifests }) => manifests.length > 0);
  const ready = withPods.map(
    ({ id, prelude }) => `${id} ${words.seconds((prelude.at(-1)?.duration ?? 0) / 1000)}`,
  );
  return [
    ...(parts.length > 0 ? [`${words.boot}${parts.join(words.and)}`] : []),
    ...(ready.length > 0 ? [`${words.podsReady}${ready.join(words.and)}`] : []),
    `${words.total}${words.seconds((performance.now() - started) / 1000)}`,
  ];
}
