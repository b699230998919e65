import { rmSync } from "node:fs";
import { join } from "node:path";
import { chapterIds } from "../chapters.ts";
import { needsOf } from "../cluster/needs.ts";
import { ownCommand } from "../own-command.ts";
import { PROJECT_ROOT } from "../paths.ts";
import type { RunRecord } from "../record.ts";
import { LAST_RUN, readLastRun } from "../report/recorder.ts";
import { type Bench, repeat } from "./bench.ts";
import { groundOf } from "./ground.ts";
import type { Part } from "./results.ts";
import { type Figure, figureOf, figuresOf } from "./statistics.ts";

/** How it grows is measured with the first so many chapters. */
const GROWTH = [1, 3, 6];

/** One run of some chapters. */
interface SuiteRun {
  /** The whole process, in seconds. */
  readonly total: number;
  readonly record: RunRecord;
}

/**
 * All chapters as a reader runs them, with images that are there already: how long it takes, which chapters take it, and
 * how it grows with their number. No engine of ours may be open: each run starts its own.
 * @throws {Error} with the run's output when some outcome is not as expected
 */
export async function measureSuite(bench: Pick<Bench, "progress" | "runs">): Promise<Part<"suite">> {
  const all = chapterIds();
  const growth: Record<string, Figure> = {};
  for (const count of GROWTH.filter((some) => some < all.length)) {
    const some = await repeat(bench, `The first ${count} of ${all.length} chapters`, () =>
      tell(all.slice(0, count)),
    );
    growth[count] = figureOf(some.map(({ total }) => total));
  }
  const withoutClock = await repeat(bench, "All chapters but those that wait for the clock", () =>
    tell(all.filter((id) => !needsOf(id).clock)),
  );
  const whole = await repeat(bench, `All ${all.length} chapters`, () => tell(all));
  const total = figureOf(whole.map((run) => run.total));
  const [first] = whole;
  if (!first) throw new RangeError("nothing was measured");
  return {
    ground: groundOf(first.record.head),
    total,
    withoutClock: figureOf(withoutClock.map((run) => run.total)),
    chapters: figuresOf(whole.map(({ record }) => byChapter(record, ({ duration = NaN }) => duration))),
    clock: figuresOf(whole.map(({ record }) => waitedForClock(record))),
    growth: { ...growth, [all.length]: total },
  };
}

async function tell(chapters: readonly string[]): Promise<SuiteRun> {
  const file = join(PROJECT_ROOT, LAST_RUN);
  rmSync(file, { force: true });
  const started = performance.now();
  await ownCommand(process.execPath, ["commands/article.ts", ...chapters], { cwd: PROJECT_ROOT });
  const total = (performance.now() - started) / 1000;
  return { total, record: readLastRun() };
}

/** The longest that some claim waited: claims wait side by side, so a chapter waited at least so long, and no sum of them. */
function waitedForClock(record: RunRecord): Record<string, number> {
  const waited = byChapter(record, ({ claims }) =>
    Math.max(0, ...claims.map(({ waitedForClock: milliseconds }) => milliseconds)),
  );
  return Object.fromEntries(Object.entries(waited).filter(([, seconds]) => seconds > 0));
}

function byChapter(
  { chapters }: RunRecord,
  milliseconds: (chapter: RunRecord["chapters"][number]) => number,
): Record<string, number> {
  return Object.fromEntries(chapters.map((chapter) => [chapter.id, milliseconds(chapter) / 1000]));
}
