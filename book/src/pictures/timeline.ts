import * as Plot from "@observablehq/plot";
import { countAt, type Life, type State, type Timeline } from "../../../helpers/timeline.ts";
import { draw, WIDTH } from "./draw.ts";

/** A lane's height, with the name above its bars, in pixels. */
const LANE = 30;

/** How high a bar is, as a part of its lane: what is not ready is low, so that it can be told without colours. */
const HEIGHTS: Partial<Record<State, number>> = { waiting: 0.2, suspended: 0.2, idle: 0.1, ended: 0.1 };
const HEIGHT = 0.42;

/** The same for both pictures of a time-line, so that they stand below each other, in pixels. */
const LEFT = 18;

interface Moment {
  readonly at: number;
  readonly label: string;
}

/** Where a line's label stands, so that it stays within the picture. */
type Anchor = "start" | "middle" | "end";

const seconds = (milliseconds: number) => milliseconds / 1000;

/** A lane for each object, with a bar for each state that it was in; and upright lines at some moments. */
export function drawLives({ lives, duration }: Timeline, moments: readonly Moment[]): string {
  const bars = lives.flatMap(({ spans }, lane) =>
    spans.map(({ state, replicas, from, to }) => ({
      lane,
      state,
      replicas,
      from: seconds(from),
      to: seconds(to),
    })),
  );
  const top = moments.length > 0 ? 18 : 2;
  const hasNodes = new Set(lives.map(({ node }) => node)).size > 1;
  const anchorOf = ({ at }: Moment): Anchor =>
    at > duration * 0.6 ? "end" : at < duration * 0.3 ? "start" : "middle";
  return draw({
    width: WIDTH,
    height: lives.length * LANE + top + 36,
    marginLeft: LEFT,
    marginRight: 12,
    marginTop: top,
    marginBottom: 34,
    x: { domain: [0, seconds(duration)], axis: null },
    y: { domain: [0, lives.length], axis: null, reverse: true },
    marks: [
      Plot.rect(bars, {
        x1: "from",
        x2: "to",
        y1: ({ lane }: Bar) => lane + 0.95,
        y2: ({ lane, state }: Bar) => lane + 0.95 - (HEIGHTS[state] ?? HEIGHT),
        className: "bars",
        fill: ({ state }: Bar) => `var(--state-${state})`,
        fillOpacity: ({ state }: Bar) => (state === "terminating" ? 0.25 : 1),
        stroke: ({ state }: Bar) => `var(--state-${state})`,
      }),
      // Of a ReplicaSet, how many Pods it was told to have.
      Plot.text(bars, {
        x: ({ from, to }: Bar) => (from + to) / 2,
        y: ({ lane }: Bar) => lane + 0.74,
        text: ({ replicas }: Bar) => (replicas ? String(replicas) : ""),
        fill: "var(--on-bar)",
        fontSize: 11,
        fontWeight: "bold",
      }),
      Plot.text(lives, {
        x: 0,
        y: (_: Life, lane: number) => lane + 0.44,
        text: ({ name, node }: Life) => (hasNodes && node !== undefined ? `${name} (${node})` : name),
        textAnchor: "start",
        lineAnchor: "bottom",
        fill: "currentColor",
        fontSize: 12,
      }),
      Plot.ruleX(moments, {
        x: ({ at }: Moment) => seconds(at),
        stroke: "currentColor",
        strokeDasharray: "3 3",
      }),
      ...(["start", "middle", "end"] as const).map((textAnchor) =>
        Plot.text(
          moments.filter((moment) => anchorOf(moment) === textAnchor),
          {
            x: ({ at }: Moment) => seconds(at),
            frameAnchor: "top",
            dy: -16,
            text: "label",
            textAnchor,
            fill: "currentColor",
            fontSize: 12,
          },
        ),
      ),
      timeAxis(),
    ],
  });
}

function timeAxis() {
  return Plot.axisX({ fontSize: 12, ticks: 5, tickFormat: (s: number) => `${s} s`, label: null });
}

interface Bar {
  readonly lane: number;
  readonly state: State;
  readonly replicas: number | undefined;
  readonly from: number;
  readonly to: number;
}

/** How many objects were in some states, moment by moment, between the bounds that were promised. */
export function drawCounts({ lives, bounds, duration, moments }: Timeline): string {
  const series = bounds.map(({ states }, line) => ({
    line,
    points: [...moments, duration].map((at) => ({
      at: seconds(at),
      count: countAt(lives, states, Math.min(at, duration - 0.001)),
    })),
  }));
  const most = Math.max(
    ...series.flatMap(({ points }) => points.map(({ count }) => count)),
    ...bounds.map(({ max = 0 }) => max),
  );
  const rules = bounds.flatMap(({ min, max }, line) =>
    [min, max].flatMap((bound) => (bound === undefined ? [] : [{ line, bound }])),
  );
  return draw({
    width: WIDTH,
    height: Math.min(60 + most * 22, 200),
    marginLeft: LEFT,
    marginRight: 12,
    marginTop: 10,
    marginBottom: 34,
    x: { domain: [0, seconds(duration)], axis: null },
    y: { domain: [0, most + 0.3], axis: null },
    marks: [
      timeAxis(),
      Plot.axisY(
        Array.from({ length: most + 1 }, (_, count) => count),
        { fontSize: 12, tickFormat: "d", label: null },
      ),
      Plot.ruleY(rules, {
        y: "bound",
        stroke: ({ line }: { line: number }) => `var(--line-${line})`,
        strokeDasharray: "5 4",
      }),
      ...series.map(({ line, points }) =>
        Plot.line(points, {
          x: "at",
          y: "count",
          curve: "step-after",
          stroke: `var(--line-${line})`,
          strokeWidth: 2.5,
        }),
      ),
    ],
  });
}
