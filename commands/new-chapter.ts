import { newChapter } from "../helpers/new-chapter.ts";
import { commandLine, main } from "./command.ts";

await main(async () => {
  const [name = ""] = commandLine(
    "new-chapter",
    "Writes a chapter with one claim, and its manifest, to begin with.",
  )
    .argument("<name>", "what it is about, such as init-containers")
    .parse().args;
  const { id, files } = newChapter(name);
  process.stdout.write(
    [
      ...files.map((file) => `Wrote ${file}`),
      "",
      `  npm run article -- ${name}     # asks its claim`,
      `  npm run mutants -- ${name}     # shows that it can fail`,
      "",
      `CONTRIBUTING.md tells what belongs into a chapter; list ${id} in both READMEs.`,
      "",
    ].join("\n"),
  );
});
