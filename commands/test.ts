import { chapterFile, chapterIds } from "../helpers/chapters.ts";
import Recorder from "../helpers/report/recorder.ts";
import TotalsReporter from "../helpers/report/totals.ts";
import { commandLine, main } from "./command.ts";
import { ENVIRONMENT } from "./environment.ts";
import { type ExistingChoice, withExistingOptions } from "./existing.ts";
import { checkRecordable, keepRecording, RECORD_OPTION } from "./record.ts";
import { runVitest } from "./run-vitest.ts";
import { withClusters } from "./with-cluster.ts";

interface Options extends ExistingChoice {
  readonly testNamePattern?: string;
  readonly record?: boolean;
}

await main(async () => {
  const command = withExistingOptions(
    commandLine("test", "Runs the helpers' unit tests, then all chapters on a real cluster."),
  )
    .name("npm test --")
    .argument("[files...]", "paths, or parts of paths, of the test files to run; all by default")
    .option("-t, --test-name-pattern <pattern>", "only tests whose name matches")
    .option(...RECORD_OPTION)
    .addHelpText("after", ENVIRONMENT)
    .parse();
  const existing = command.opts<Options>();
  const { testNamePattern, record = false } = existing;
  checkRecordable(record, testNamePattern);
  const files = command.args;
  const recorder = new Recorder();
  const reporters = ["default", recorder, new TotalsReporter()];
  // Somebody who names unit tests alone needs no cluster.
  if (files.length > 0 && files.every((file) => /^(helpers|commands)\b/.test(file))) {
    await runVitest({ projects: ["helpers"], files, testNamePattern, reporters });
    return;
  }
  const named = chapterIds().filter((id) => files.some((part) => chapterFile(id).includes(part)));
  const chapters = named.length > 0 ? named : chapterIds();
  await withClusters({ keep: false, chapters, existing }, async (clusters, told) => {
    const isOurs = clusters.plan !== undefined;
    await runVitest({
      // Unit tests say nothing of a cluster that is not ours.
      projects: isOurs ? ["helpers", "chapters"] : ["chapters"],
      files: isOurs ? files : told.map(chapterFile),
      testNamePattern,
      reporters,
      provide: { ...clusters, mode: "claims" },
    });
    if (record) keepRecording(recorder);
  });
});
