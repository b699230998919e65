import { newChapter } from "../helpers/new-chapter.ts";
import { commandLine, main } from "./command.ts";

await main(async () => {
  const [name = ""] = commandLine(
    "new-chapter",
    "Writes a new chapter to start from, with one claim and a manifest.",
  )
    .argument("<name>", "what it is about, such as init-containers")
    .parse().args;
  const { id, files } = newChapter(name);
  process.stdout.write(
    [
      ...files.map((file) => `Wrote ${file}`),
      "",
      `  npm run article -- ${name}     # checks its claim`,
      `  npm run mutants -- ${name}     # shows that it can fail`,
      "",
      `CONTRIBUTING.md says what belongs in a chapter; list ${id} in both READMEs.`,
      "",
    ].join("\n"),
  );
});
