import { isIn, type State, type TimelineRecord } from "./timeline.ts";

/** How many signs wide a time-line is drawn. */
const WIDTH = 60;

const SIGNS: Record<State, string> = {
  waiting: "░",
  ready: "█",
  terminating: "x",
  ended: "·",
  suspended: "░",
  active: "█",
  complete: "·",
  failed: "!",
  idle: "░",
};

/**
 * A time-line as text: a line for each object, a sign for each moment, and a line for each bound with the number that
 * came closest to it in that stretch of time.
 */
export function drawTimeline(timeline: TimelineRecord): string {
  const { lives, bounds, duration } = timeline;
  const names = lives.map(({ name, node }) => (node === undefined ? name : `${name} (${node})`));
  const counts = bounds.map(({ states }) => states.join(" + "));
  const indent = Math.max(...[...names, ...counts].map(({ length }) => length)) + 2;
  const used = new Set(lives.flatMap(({ spans }) => spans.map(({ state }) => state)));
  const column = (index: number) => (index * duration) / WIDTH;
  const columns = Array.from({ length: WIDTH }, (_, index) => index);
  const rows = lives.map(({ spans }, index) => {
    const drawn = columns.map((at) => {
      // A short state must be seen too: the last one that begins in this stretch, else the one that lasts.
      const inside = spans.findLast(({ from }) => from >= column(at) && from < column(at + 1));
      const lasting = spans.find(({ from, to }) => from <= column(at) && column(at) < to);
      const state = (inside ?? lasting)?.state;
      return state ? SIGNS[state] : " ";
    });
    return `${names[index]?.padEnd(indent)}${drawn.join("").trimEnd()}`;
  });
  const numbers = bounds.map(({ states, min, max }, index) => {
    const closest = columns.map((at) => {
      const all = countsBetween(timeline, states, column(at), column(at + 1));
      const number = max === undefined ? Math.min(...all) : Math.max(...all);
      return number > 9 ? "+" : String(number);
    });
    const promise = [
      ...(min === undefined ? [] : [`never under ${min}`]),
      ...(max === undefined ? [] : [`never over ${max}`]),
    ];
    return `${counts[index]?.padEnd(indent)}${closest.join("")}  ${promise.join(", ")}`;
  });
  const legend = [...used].map((state) => `${SIGNS[state]} ${state}`).join("   ");
  return [
    `${"".padEnd(indent)}0 s${`${(duration / 1000).toFixed(1)} s`.padStart(WIDTH - 3)}`,
    ...rows,
    ...numbers,
    legend,
  ].join("\n");
}

function countsBetween(
  { lives }: TimelineRecord,
  states: readonly State[],
  from: number,
  to: number,
): number[] {
  const moments = lives.flatMap(({ spans }) => spans.flatMap((span) => [span.from, span.to]));
  const inside = [from, ...moments.filter((at) => at > from && at < to)];
  return inside.map((at) => lives.filter((life) => isIn(life, states, at)).length);
}
