import { text } from "node:stream/consumers";
import type { TestModule } from "vitest/node";
import { checksAnswer, type FiveChecks } from "../../helpers/bench/five-checks.ts";
import { ARTICLE_POD } from "../../helpers/bench/article.ts";
import { chapterFile } from "../../helpers/chapters.ts";
import Recorder from "../../helpers/report/recorder.ts";
import { main } from "../command.ts";
import { runVitest } from "../run-vitest.ts";

/** The chapter that applies the article's Pod, and those of its claims that check the same as the peers do. */
const CHAPTER = "01-pod";
const CLAIMS = ["pod.ready", "pod.names", "pod.localhost", "pod.listen"];

/** Makes the article's five checks on a cluster that runs: what npm run article does, without the boot. */
await main(async () => {
  const { plan, first } = JSON.parse(await text(process.stdin)) as FiveChecks;
  let module: TestModule | undefined;
  const recorder = new Recorder();
  await runVitest({
    projects: ["chapters"],
    files: [chapterFile(CHAPTER)],
    testNamePattern: `^(${CLAIMS.map((id) => id.replace(".", "\\.")).join("|")}):`,
    reporters: [recorder, { onTestRunEnd: ([ended]) => void (module = ended) }],
    provide: { plan, first, mode: "claims", manifests: [ARTICLE_POD.manifest] },
  });
  const told = recorder.chapters.flatMap(({ claims }) => claims);
  const held = told.filter(({ outcome }) => outcome === "holds").map(({ id }) => id);
  if (held.length !== CLAIMS.length) throw new Error(`not all five checks hold: ${held.join(", ")}`);
  const lesson = (module?.diagnostic().duration ?? NaN) / 1000;
  process.stdout.write(`${JSON.stringify(checksAnswer.parse({ lesson }))}\n`);
});
