import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { PROJECT_ROOT } from "../paths.ts";
import { Problem } from "../problem.ts";
import { distribution } from "../record.ts";
import { figure } from "./statistics.ts";

/** Where recorded figures are, from the top of the checkout: the book draws them. */
export const RESULTS_FILE = "bench/results.json";

/** What it was measured on. */
const ground = z.strictObject({
  measuredAt: z.iso.datetime(),
  kubernetes: z.string(),
  distribution,
  runtime: z.string(),
  engine: z.string(),
  cores: z.int(),
  /** GiB. */
  memory: z.number(),
  kernel: z.string(),
});

const figures = z.record(z.string(), figure);

/** Why something was not measured, by its name. */
const notRun = z.record(z.string(), z.string());

/** Each part is measured, and recorded, by itself. Times are in seconds. */
export const resultsSchema = z.strictObject({
  schema: z.literal(1),
  boot: z
    .strictObject({
      ground,
      /** The parts of the boot, since the node's first process was started. */
      parts: figures,
      /** From the call until our client saw the node Ready. */
      total: figure,
      /** The API server in a container that does nothing else: from its first process until it is ready. */
      alone: figure.optional(),
      /** How many times as long as an API server needs by itself, from its first process on, the boot takes. */
      ratios: z
        .strictObject({
          /** The one of the same boot, which shares the machine with all that is started beside it. */
          apiServer: figure,
          /** The one that was alone, right before. */
          alone: figure,
        })
        .optional(),
      notRun,
    })
    .optional(),
  /** The article's Pod, from being applied until it is seen with both its containers ready; the parts since then too. */
  pod: z.strictObject({ ground, ready: figure, parts: figures }).optional(),
  /** The article's five checks, by tool, and how many times as long as each of the others ours take. */
  checks: z
    .strictObject({
      ground,
      /** Whole processes, from their start to their end. */
      processes: figures,
      /** Ours without the start of Node and Vitest: from the manifest to the last verdict. */
      lesson: figure,
      ratios: z.strictObject({ process: figures, lesson: figures }),
      notRun,
    })
    .optional(),
  /** All chapters, told by a process of its own, the engine's start and end included. */
  suite: z
    .strictObject({
      ground,
      total: figure,
      /** Without the chapters that wait for full minutes. */
      withoutClock: figure,
      /** From its first hook to its last claim, by chapter; they run side by side. */
      chapters: figures,
      /** What of that was waiting for the clock, at least. */
      clock: figures,
      /** The first so many chapters. */
      growth: figures,
    })
    .optional(),
  /** How long it takes until so many nodes are Ready. */
  nodes: z.strictObject({ ground, ready: figures, notRun }).optional(),
  /** npm ci and the article, in a clean clone with empty caches. */
  nothing: z.strictObject({ ground, install: figure, article: figure }).optional(),
  /** MiB at rest, by program; memory that programs share is counted once. */
  memory: z.strictObject({ ground, total: figure, programs: figures }).optional(),
});

export type Results = z.infer<typeof resultsSchema>;
export type BenchGround = z.infer<typeof ground>;

/** The parts of a bench. */
export type PartName = Exclude<keyof Results, "schema">;

/** The parts, in the order in which they are told. */
export const PART_NAMES = Object.keys(resultsSchema.shape).filter((name) => name !== "schema") as PartName[];

/** What one part measured. */
export type Part<Name extends PartName> = NonNullable<Results[Name]>;

/** What was recorded so far. @throws {Problem} when the file can't be read */
export function readResults(file = join(PROJECT_ROOT, RESULTS_FILE)): Results {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { schema: 1 };
    throw error;
  }
  try {
    return resultsSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Problem(
      `${RESULTS_FILE} can't be read: ${(cause as Error).message}`,
      "Restore it with git, or remove it and record it again: npm run bench -- --record",
      { cause },
    );
  }
}

/** Records some parts in place of what was recorded of them before. */
export function recordResults(parts: Partial<Results>, file = join(PROJECT_ROOT, RESULTS_FILE)): void {
  const results = resultsSchema.parse({ ...readResults(file), ...parts });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}
