import * as Plot from "@observablehq/plot";
import type { Figure } from "../../../helpers/bench/statistics.ts";
import { draw, WIDTH } from "./draw.ts";

/** A lane's height, with the name above its bar, in pixels. */
const LANE = 34;

/** What was measured of one thing. */
export interface Measured {
  readonly name: string;
  readonly figure: Figure;
  /** It is ours, or the whole of which the others are parts: its bar is drawn full. */
  readonly main?: boolean;
  /** What is written at the bar: the figure as words. */
  readonly label: string;
}

/** A value that all bars are to be seen beside: a floor, or a target. */
export interface Rule {
  readonly at: number;
  readonly label: string;
}

/** A bar for each median, with a line from the least to the most; `colon` is what stands between a name and its figure. */
export function drawBars(measured: readonly Measured[], unit: string, colon: string, rule?: Rule): string {
  const rows = measured.map(({ name, figure, main = false, label }, lane) => ({
    lane,
    name,
    main,
    label,
    ...figure,
  }));
  type Row = (typeof rows)[number];
  const most = Math.max(...rows.map(({ max }) => max), rule?.at ?? 0);
  const top = rule ? 20 : 4;
  return draw({
    width: WIDTH,
    height: rows.length * LANE + top + 34,
    marginLeft: 12,
    marginRight: 16,
    marginTop: top,
    marginBottom: 34,
    x: { domain: [0, most * 1.02], axis: null },
    y: { domain: [0, rows.length], axis: null, reverse: true },
    marks: [
      Plot.rect(rows, {
        x1: 0,
        x2: "median",
        y1: ({ lane }: Row) => lane + 0.92,
        y2: ({ lane }: Row) => lane + 0.5,
        fill: ({ main }: Row) => `var(--state-${main ? "ready" : "active"})`,
        fillOpacity: ({ main }: Row) => (main ? 1 : 0.55),
      }),
      Plot.ruleY(
        rows.filter(({ runs }) => runs > 1),
        {
          x1: "min",
          x2: "max",
          y: ({ lane }: Row) => lane + 0.71,
          stroke: "currentColor",
          strokeWidth: 1.5,
          marker: "tick",
        },
      ),
      Plot.text(rows, {
        x: 0,
        y: ({ lane }: Row) => lane + 0.44,
        text: ({ name, label }: Row) => `${name}${colon}${label}`,
        textAnchor: "start",
        lineAnchor: "bottom",
        fill: "currentColor",
        fontSize: 12,
      }),
      ...(rule
        ? [
            Plot.ruleX([rule.at], { stroke: "currentColor", strokeDasharray: "4 3" }),
            Plot.text([rule], {
              x: "at",
              frameAnchor: "top",
              dy: -16,
              text: "label",
              textAnchor: rule.at > most / 2 ? "end" : "start",
              fill: "currentColor",
              fontSize: 12,
            }),
          ]
        : []),
      Plot.axisX({ fontSize: 12, ticks: 5, tickFormat: (value: number) => `${value} ${unit}`, label: null }),
    ],
  });
}

/** A point for each number of something, with a line from the least to the most, and one through the medians. */
export function drawGrowth(points: readonly { readonly count: number; readonly figure: Figure }[]): string {
  const rows = points.map(({ count, figure }) => ({ count, ...figure }));
  return draw({
    width: WIDTH,
    height: 220,
    marginLeft: 40,
    marginRight: 16,
    marginTop: 12,
    marginBottom: 34,
    x: { domain: [0, Math.max(...rows.map(({ count }) => count)) + 0.5], axis: null },
    y: { domain: [0, Math.max(...rows.map(({ max }) => max)) * 1.05], axis: null },
    marks: [
      Plot.axisX(
        rows.map(({ count }) => count),
        { fontSize: 12, tickFormat: "d", label: null },
      ),
      Plot.axisY({ fontSize: 12, ticks: 5, tickFormat: (value: number) => `${value} s`, label: null }),
      Plot.line(rows, { x: "count", y: "median", stroke: "var(--line-1)", strokeWidth: 2.5 }),
      Plot.ruleX(rows, { x: "count", y1: "min", y2: "max", stroke: "currentColor", strokeWidth: 1.5 }),
      Plot.dot(rows, { x: "count", y: "median", r: 4, fill: "var(--line-1)" }),
    ],
  });
}
