import { chapterFile, chapterIds } from "../helpers/chapters.ts";
import { Problem } from "../helpers/problem.ts";
import Recorder from "../helpers/report/recorder.ts";
import TotalsReporter from "../helpers/report/totals.ts";
import { asPattern, commandLine, main } from "./command.ts";
import { environmentHelp } from "./environment.ts";
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
    .option("-t, --test-name-pattern <pattern>", "only tests whose name matches", asPattern)
    .option(...RECORD_OPTION)
    .addHelpText(
      "after",
      environmentHelp("K3S_IMAGE", "KUBERNETES_VERSION", "CLUSTER=fresh", "CLUSTER=existing"),
    )
    .parse();
  const existing = command.opts<Options>();
  const { testNamePattern, record = false, context, yes = false } = existing;
  checkRecordable(record, testNamePattern);
  const files = command.args;
  const recorder = new Recorder();
  const reporters = ["default", recorder, new TotalsReporter()];
  const named = chapterIds().filter((id) => files.some((part) => isNamedBy(chapterFile(id), part)));
  // Somebody who names unit tests alone needs no cluster.
  if (files.length > 0 && named.length === 0) {
    if (record || context !== undefined || yes) {
      throw new Problem(
        `--record, --context and --yes are for chapters, and ${files.join(" ")} names none`,
        "Leave them out, or name chapters: npm test -- chapters/.",
      );
    }
    await runVitest({ projects: ["helpers"], files, testNamePattern, reporters });
    return;
  }
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

/** Whether Vitest takes `part` for this file: a part of its path, or all of it. */
function isNamedBy(file: string, part: string): boolean {
  return file.includes(part) || part.endsWith(file);
}
