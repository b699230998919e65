import Table from "cli-table3";
import type { Part, PartName, Results } from "./results.ts";
import { type Figure, formatFigure } from "./statistics.ts";
import { TARGETS, targetBeside } from "./targets.ts";

/** How many times as long as something else what is ours takes. */
interface Ratio {
  readonly what: string;
  readonly figure: Figure;
  readonly target?: number;
}

interface Row {
  readonly what: string;
  readonly figure: Figure;
  readonly unit: "s" | "MiB";
  readonly target?: number;
}

/** What is told of one part. */
interface Told {
  readonly title: string;
  readonly ratios: readonly Ratio[];
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
  readonly notRun: Readonly<Record<string, string>>;
}

/** What a bench measured, for a terminal: ratios first, then what they are made of, then what was not run. */
export function reportLines(results: Results): string[] {
  const told = (Object.keys(TELL) as PartName[]).flatMap((name) => {
    const part = results[name];
    return part ? [TELL[name](part as never)] : [];
  });
  const ratios = told.flatMap((part) => part.ratios);
  return [
    ...(ratios.length > 0 ? ["Ratios, run by run: median (least to most)", ...ratioTable(ratios), ""] : []),
    ...told.flatMap(({ title, rows, notes }) => [
      title,
      ...rowTable(rows),
      ...notes.map((note) => `  ${note}`),
      "",
    ]),
    ...told.flatMap(({ notRun }) => Object.entries(notRun).map(([what, why]) => `NOT RUN: ${what}: ${why}`)),
  ];
}

const TELL: { readonly [Name in PartName]: (part: Part<Name>) => Told } = {
  boot: ({ parts, total, alone, ratios, notRun }) => ({
    title: "Boot of one node, in seconds",
    ratios: ratios
      ? [
          { what: "boot ÷ its API server", figure: ratios.apiServer, target: TARGETS.boot },
          { what: "boot ÷ an API server that runs alone", figure: ratios.alone },
        ]
      : [],
    rows: [
      seconds("node Ready, from the call", total),
      ...(alone ? [seconds("an API server that runs alone, from its first process", alone)] : []),
      ...Object.entries(parts).map(([part, figure]) =>
        seconds(`  ${part}, from the node's first process`, figure),
      ),
    ],
    notes: [],
    notRun,
  }),
  pod: ({ ready, parts }) => ({
    title: "The article's Pod, from being applied, in seconds",
    ratios: [],
    rows: [
      seconds("seen 2/2", ready),
      ...Object.entries(parts).map(([part, figure]) => seconds(`  ${part}`, figure)),
    ],
    notes: [],
    notRun: {},
  }),
  checks: ({ processes, lesson, ratios, notRun }) => ({
    title: "Five checks, in seconds",
    ratios: [
      ...Object.entries(ratios.process).map(([peer, figure]) => ({
        what: `five checks ÷ ${peer}, whole processes`,
        figure,
        target: targetBeside(peer),
      })),
      ...Object.entries(ratios.lesson).map(([peer, figure]) => ({
        what: `five checks, without Node's and Vitest's start ÷ ${peer}`,
        figure,
        target: targetBeside(peer),
      })),
    ],
    rows: [
      ...Object.entries(processes).map(([tool, figure]) => seconds(`${tool}, the whole process`, figure)),
      seconds("ours, from the manifest to the last verdict", lesson),
    ],
    notes: ["Every kubectl command that the chapter shows was run."],
    notRun,
  }),
  suite: ({ total, withoutClock, chapters, clock, growth }) => ({
    title: "All chapters, warm, in seconds",
    ratios: [],
    rows: [
      { ...seconds("all chapters", total), target: TARGETS.suite },
      seconds("all but those that wait for full minutes", withoutClock),
      ...Object.entries(growth).map(([count, figure]) => seconds(`the first ${count} chapters`, figure)),
      ...Object.entries(chapters).map(([chapter, figure]) => seconds(`  ${chapter}`, figure)),
      ...Object.entries(clock).map(([chapter, figure]) =>
        seconds(`  ${chapter}: of which at least this long for the clock`, figure),
      ),
    ],
    notes: ["Chapters run side by side: they add up to more than the whole."],
    notRun: {},
  }),
  nodes: ({ ready, notRun }) => ({
    title: "Until this many nodes are Ready, in seconds",
    ratios: [],
    rows: Object.entries(ready).map(([count, figure]) => seconds(count, figure)),
    notes: [],
    notRun,
  }),
  nothing: ({ install, article }) => ({
    title: "From nothing, in seconds: a clean clone, empty caches, the system's packages installed",
    ratios: [],
    rows: [seconds("npm ci", install), seconds("npm run article", article)],
    notes: [],
    notRun: {},
  }),
  memory: ({ total, programs }) => ({
    title: "Memory of a node at rest, in MiB",
    ratios: [],
    rows: [
      mebibytes("all", total),
      ...Object.entries(programs).map(([name, figure]) => mebibytes(`  ${name}`, figure)),
    ],
    notes: ["Memory that processes share is counted once (PSS)."],
    notRun: {},
  }),
};

function seconds(what: string, figure: Figure): Row {
  return { what, figure, unit: "s" };
}

function mebibytes(what: string, figure: Figure): Row {
  return { what, figure, unit: "MiB" };
}

function ratioTable(ratios: readonly Ratio[]): string[] {
  return tableLines(
    ratios.map(({ what, figure, target }) => [what, formatFigure(figure), verdict(figure, target)]),
  );
}

function rowTable(rows: readonly Row[]): string[] {
  return tableLines(
    rows.map(({ what, figure, unit, target }) => [
      what,
      formatFigure(figure, unit === "MiB" ? 0 : 2),
      verdict(figure, target),
    ]),
  );
}

function verdict({ median }: Figure, target: number | undefined): string {
  if (target === undefined) return "";
  return `${median <= target ? "✔" : "✘"} target ≤ ${target}`;
}

function tableLines(rows: readonly string[][]): string[] {
  const table = new Table({
    chars: {
      mid: "",
      "left-mid": "",
      "mid-mid": "",
      "right-mid": "",
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      right: "",
      middle: " ",
    },
    style: { head: [], border: [], "padding-left": 1, "padding-right": 1 },
  });
  table.push(...rows);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}
