import { TARGETS, targetBeside } from "../../helpers/bench/targets.ts";
import type { BenchGround, Results } from "../../helpers/bench/results.ts";
import type { Figure } from "../../helpers/bench/statistics.ts";
import { nameOfNode } from "../../helpers/report/text.ts";
import { BENCH_WORDS } from "./bench-words.ts";
import type { BookChapter, Language } from "./book.ts";
import type { Measured, Rule } from "./pictures/bars.ts";
import { dayOf } from "./text.ts";
import { WORDS } from "./words.ts";

/** A section of the page: what one part of the bench measured. */
export interface BenchPart {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly ground: BenchGround;
  /** How often it was measured. */
  readonly runs: number;
  readonly unit: "s" | "MiB";
  readonly bars: readonly Measured[];
  readonly rule?: Rule;
  readonly growth?: {
    readonly title: string;
    readonly text?: string;
    readonly points: readonly { readonly count: number; readonly figure: Figure }[];
    readonly spoken: readonly Measured[];
  };
  /** What could not be measured, and why. */
  readonly notRun: readonly string[];
}

/** A ratio and what it was to be at most. */
interface Ratio {
  readonly name: string;
  readonly figure: Figure;
  readonly target?: number;
}

/** All ratios, with what they were to be at most. */
export function benchRatios({ boot, checks }: Results, language: Language): Ratio[] {
  const words = BENCH_WORDS[language];
  const name = (peer: string) => words.names[peer] ?? peer;
  const ofChecks = (
    figures: Readonly<Record<string, Figure>> | undefined,
    title: (peer: string) => string,
  ): Ratio[] =>
    Object.entries(figures ?? {}).map(([peer, figure]) => ({
      name: title(name(peer)),
      figure,
      target: targetBeside(peer),
    }));
  return [
    ...(boot?.ratios
      ? [
          { name: words.bootRatio, figure: boot.ratios.apiServer, target: TARGETS.boot },
          { name: words.aloneRatio, figure: boot.ratios.alone },
        ]
      : []),
    ...ofChecks(checks?.ratios.process, words.checksRatio),
    ...ofChecks(checks?.ratios.lesson, words.lessonRatio),
  ];
}

/** What of the bench was measured, part by part. */
export function benchParts(
  results: Results,
  chapters: readonly BookChapter[],
  language: Language,
): BenchPart[] {
  const { boot, pod, checks, suite, nodes, nothing, memory } = results;
  const words = BENCH_WORDS[language];
  const measured = (name: string, figure: Figure, unit: "s" | "MiB" = "s", main = false): Measured => ({
    name: words.names[name] ?? name,
    figure,
    main,
    label: `${digits(figure.median, unit)} ${unit}`,
  });
  const each = (figures: Readonly<Record<string, Figure>>, unit: "s" | "MiB" = "s") =>
    Object.entries(figures)
      .toSorted(([, a], [, b]) => a.median - b.median)
      .map(([name, figure]) => measured(name, figure, unit));
  const told = (notRun: Readonly<Record<string, string>>) =>
    Object.entries(notRun).map(([what, why]) => words.notRun(words.names[what] ?? what, why));
  const growing = (title: string, figures: Readonly<Record<string, Figure>>) => {
    const points = Object.entries(figures).map(([count, figure]) => ({ count: Number(count), figure }));
    return {
      title,
      points,
      spoken: points.map(({ count, figure }) => measured(String(count), figure)),
    };
  };
  const parts: BenchPart[] = [];
  const add = (part: Pick<BenchPart, "id" | "title" | "text" | "ground" | "runs"> & Partial<BenchPart>) =>
    parts.push({ unit: "s", bars: [], notRun: [], ...part });
  if (boot) {
    add({
      id: "boot",
      title: words.boot,
      text: words.bootText,
      ground: boot.ground,
      runs: boot.total.runs,
      bars: [...each(boot.parts), measured(words.wholeBoot, boot.total, "s", true)],
      ...(boot.alone && { rule: { at: boot.alone.median, label: words.apiServerAlone } }),
      notRun: told(boot.notRun),
    });
  }
  if (pod) {
    add({
      id: "pod",
      title: words.pod,
      text: words.podText,
      ground: pod.ground,
      runs: pod.ready.runs,
      bars: [...each(pod.parts), measured(words.seenReady, pod.ready, "s", true)],
    });
  }
  if (checks) {
    const { ours, ...peers } = checks.processes;
    add({
      id: "checks",
      title: words.checks,
      text: words.checksText,
      ground: checks.ground,
      runs: checks.lesson.runs,
      bars: [
        ...(ours ? [measured(words.ours, ours, "s", true)] : []),
        measured(words.lesson, checks.lesson, "s", true),
        ...each(peers),
      ],
      notRun: told(checks.notRun),
    });
  }
  if (suite) {
    const { total, withoutClock } = suite;
    add({
      id: "suite",
      title: words.suite,
      text: words.suiteText(
        total.median.toFixed(0),
        // Measured once, the part may have taken longer than the whole: then it tells nothing.
        withoutClock.median < total.median ? withoutClock.median.toFixed(0) : undefined,
      ),
      ground: suite.ground,
      runs: suite.total.runs,
      bars: [
        ...Object.entries(suite.chapters).map(([id, figure]) => {
          const bar = measured(chapterName(id, chapters, language), figure);
          const clock = suite.clock[id];
          const note = clock ? words.ofItClock(clock.median.toFixed(0)) : "";
          return { ...bar, label: `${figure.median.toFixed(1)} s${note}` };
        }),
        measured(words.all, suite.total, "s", true),
      ],
      growth: { ...growing(words.growth, suite.growth), text: words.growthText },
    });
  }
  if (nodes) {
    add({
      id: "nodes",
      title: words.nodes,
      text: words.nodesText,
      ground: nodes.ground,
      runs: Math.max(...Object.values(nodes.ready).map(({ runs }) => runs)),
      growth: growing(words.nodes, nodes.ready),
      notRun: told(nodes.notRun),
    });
  }
  if (nothing) {
    const { install, article, ground } = nothing;
    add({
      id: "nothing",
      title: words.nothing,
      text: words.nothingText(install.median.toFixed(0), article.median.toFixed(0)),
      ground,
      runs: article.runs,
    });
  }
  if (memory) {
    add({
      id: "memory",
      title: words.memory,
      text: words.memoryText,
      ground: memory.ground,
      runs: memory.total.runs,
      unit: "MiB",
      bars: [...each(memory.programs, "MiB").toReversed(), measured(words.all, memory.total, "MiB", true)],
    });
  }
  return parts;
}

/** What it was measured on and how often, in one line. */
export function groundText({ ground, runs }: BenchPart, language: Language): string {
  const { kubernetes, distribution, runtime, engine, cores, memory, kernel, measuredAt } = ground;
  const words = WORDS[language];
  return [
    nameOfNode({ kubernetes, distribution }, language),
    runtime,
    engine,
    `Linux ${kernel}`,
    BENCH_WORDS[language].ground(cores, memory),
    BENCH_WORDS[language].runs(runs),
    words.recorded(dayOf(measuredAt, language)),
  ].join(" · ");
}

/** A picture of figures in words, for those who do not see it. */
export function spoken(measured: readonly Measured[], language: Language): string {
  const words = BENCH_WORDS[language];
  return measured
    .map(({ name, figure, label }) => {
      const range =
        figure.runs > 1 ? WORDS[language].inBrackets(words.to(String(figure.min), String(figure.max))) : "";
      return `${name}${WORDS[language].colon}${label}${range}`;
    })
    .join(WORDS[language].semicolon);
}

function chapterName(id: string, chapters: readonly BookChapter[], language: Language): string {
  const title = chapters.find((chapter) => chapter.id === id)?.title[language] ?? id;
  // What stands before the colon is the chapter's name, what follows its motto.
  return `${Number(id.slice(0, 2))}. ${title.split(/[:：]/)[0]}`;
}

function digits(value: number, unit: "s" | "MiB"): string {
  return value.toFixed(unit === "MiB" ? 0 : 2);
}
