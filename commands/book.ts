import { globSync, mkdirSync, readFileSync, statSync, watch } from "node:fs";
import { dirname, join } from "node:path";
import { InvalidArgumentError } from "commander";
import { readResults, RESULTS_FILE } from "../helpers/bench/results.ts";
import { makeBook } from "../helpers/book/make-book.ts";
import { drawSite, handOver, installSiteGenerator, serveSite, SITE } from "../helpers/book/site.ts";
import { readLock } from "../helpers/images/lock.ts";
import { LEDGER_FOLDER, ledgerFile, readLedgers, readTranscript } from "../helpers/ledger/files.ts";
import { groundName } from "../helpers/ledger/ledger.ts";
import { MANIFESTS } from "../helpers/manifest.ts";
import { PROJECT_ROOT } from "../helpers/paths.ts";
import { describeError } from "../helpers/problem.ts";
import { lineProgress } from "../helpers/progress.ts";
import { commandLine, main } from "./command.ts";
import { readDefinitions } from "./definitions.ts";

/** Files are written one after another: a change is read when it was quiet for so long, in milliseconds. */
const QUIET_MS = 300;

interface Options {
  readonly base: string;
  readonly dev?: boolean;
  readonly port: string;
  readonly host: string;
}

await main(async () => {
  const options = commandLine(
    "book",
    "Makes the book: a static website of the chapters, with what the recordings in the ledger saw.",
  )
    .option("--base <path>", "the path under which the site will be served, such as /tutorial/", asBase, "/")
    .option(
      "--dev",
      "serve the site instead, and update its pages when a chapter, a manifest or a recording changes",
    )
    .option("--port <port>", "with --dev: the port to listen on", asPort, "4321")
    .option("--host <address>", "with --dev: the address to listen on", "127.0.0.1")
    .parse()
    .opts<Options>();
  const progress = lineProgress();
  await progress.step("Installing the site generator (once)", installSiteGenerator);
  const started = performance.now();
  await progress.step("Reading the chapters and the recordings", () => readBook(progress.note));
  if (options.dev) {
    rereadOnChange(progress.note);
    await serveSite(["--port", options.port, "--host", options.host]);
    return;
  }
  await progress.step("Drawing the pages", () => drawSite(options.base));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const files = globSync(join(SITE, "**/*")).filter((file) => statSync(file).isFile());
  const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
  const pages = files.filter((file) => file.endsWith(".html")).length;
  process.stdout.write(
    `book/dist: ${pages} pages, ${files.length} files, ${megabytes.toFixed(1)} MB, made in ${seconds} s\n`,
  );
});

async function readBook(note: (line: string) => void): Promise<void> {
  const recordings = readLedgers().map((ledger) => ({
    ledger,
    transcript: readTranscript(ledgerFile(ledger.head)),
  }));
  for (const { ledger, transcript } of recordings) {
    if (!transcript)
      note(`${groundName(ledger.head)} has no transcript: what was seen there is not in the book`);
  }
  const chapters = await readDefinitions();
  const read = (file: string) => readFileSync(join(PROJECT_ROOT, file), "utf8");
  handOver(makeBook({ chapters, recordings, read, kubernetes: readLock().kubernetes, bench: readResults() }));
}

function rereadOnChange(note: (line: string) => void): void {
  let timer: NodeJS.Timeout | undefined;
  let reading = Promise.resolve();
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reading = reading.then(() => readBook(note)).catch((error: unknown) => note(describeError(error)));
    }, QUIET_MS);
  };
  mkdirSync(LEDGER_FOLDER, { recursive: true });
  const benchFolder = dirname(join(PROJECT_ROOT, RESULTS_FILE));
  for (const folder of [
    join(PROJECT_ROOT, "chapters"),
    join(PROJECT_ROOT, MANIFESTS),
    LEDGER_FOLDER,
    benchFolder,
  ]) {
    watch(folder, soon);
  }
}

/** `/tutorial/` for `tutorial`. */
function asBase(path: string): string {
  const parts = path.split("/").filter((part) => part !== "");
  if (!parts.every((part) => /^[\w.~-]+$/.test(part) && part !== "." && part !== "..")) {
    throw new InvalidArgumentError("A path such as /tutorial/ is needed.");
  }
  return parts.length === 0 ? "/" : `/${parts.join("/")}/`;
}

function asPort(text: string): string {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError("A port is a number from 1 to 65535.");
  return text;
}
