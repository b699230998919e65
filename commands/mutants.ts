import { chapterFile, chapterIds, chaptersNamed } from "../helpers/chapters.ts";
import LiveClaims from "../helpers/report/live-claims.ts";
import MutantsReporter from "../helpers/report/mutants.ts";
import TotalsReporter from "../helpers/report/totals.ts";
import { asPattern, commandLine, main } from "./command.ts";
import { environmentHelp } from "./environment.ts";
import { runVitest } from "./run-vitest.ts";
import { withClusters } from "./with-cluster.ts";

interface Options {
  readonly testNamePattern?: string;
}

await main(async () => {
  const command = commandLine(
    "mutants",
    "Shows for each claim that its outcome changes when what it observes is changed.",
  )
    .argument("[chapters...]", "chapters to try, such as pod or 02-pause; all by default")
    .option("-t, --test-name-pattern <pattern>", "only claims whose id matches", asPattern)
    .addHelpText("after", environmentHelp("K3S_IMAGE", "KUBERNETES_VERSION", "CLUSTER=fresh"))
    .parse();
  const { testNamePattern } = command.opts<Options>();
  const chapters = command.args.length > 0 ? chaptersNamed(command.args) : chapterIds();
  await withClusters({ keep: false, chapters }, (clusters) =>
    runVitest({
      projects: ["chapters"],
      files: chapters.map(chapterFile),
      testNamePattern,
      reporters: [new LiveClaims(), new MutantsReporter(), new TotalsReporter()],
      provide: { ...clusters, mode: "mutants" },
    }),
  );
});
