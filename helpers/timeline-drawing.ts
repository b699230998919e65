import { type Bound, countAt, type Life, type State, type TimelineRecord } from "./timeline.ts";

/** How many signs wide a time-line is drawn. */
const WIDTH = 60;

/** A ReplicaSet is drawn with the number of Pods that it wants, `+` for more than 9. */
const SIGNS: Record<State, string> = {
  waiting: "░",
  ready: "█",
  terminating: "x",
  ended: "·",
  suspended: "░",
  active: "█",
  complete: "·",
  failed: "!",
  wanting: "1-9",
  idle: "0",
};

/**
 * A time-line as text: a line for each object, under a heading for each of their controllers where there are several; a
 * sign for each moment; and a line for each bound with the number that came closest to it in that stretch of time.
 */
export function drawTimeline(timeline: TimelineRecord): string {
  const { lives, bounds, duration } = timeline;
  const severalOwners = new Set(lives.map(({ owner }) => owner)).size > 1;
  const severalNodes = new Set(lives.flatMap(({ node }) => node ?? [])).size > 1;
  const nameOf = (life: Life) =>
    `${severalOwners ? `  ${shortName(life)}` : life.name}${severalNodes ? ` (${life.node ?? "no node"})` : ""}`;
  const numbers = bounds.map((bound) => ({
    name: bound.states.join(" + "),
    row: drawNumbers(timeline, bound),
  }));
  const indent =
    Math.max(...[...lives.map(nameOf), ...numbers.map(({ name }) => name)].map(({ length }) => length)) + 2;
  const used = new Set<string>(lives.flatMap(({ spans }) => spans.map(({ state }) => state)));
  return [
    `${"".padEnd(indent)}0 s${`${(duration / 1000).toFixed(1)} s`.padStart(WIDTH - 3)}`,
    ...[...Map.groupBy(lives, ({ owner }) => owner)].flatMap(([owner, owned]) => [
      ...(severalOwners ? [owner ?? "of no controller"] : []),
      ...owned.map((life) => `${nameOf(life).padEnd(indent)}${drawSpans(life, duration)}`.trimEnd()),
    ]),
    ...numbers.map(({ name, row }) => `${name.padEnd(indent)}${row}`),
    Object.entries(SIGNS)
      .filter(([state]) => used.has(state))
      .map(([state, sign]) => `${sign} ${state}`)
      .join("   "),
  ].join("\n");
}

/** A Pod is named after its controller: under a heading that names it, the rest is enough. */
function shortName({ name, owner }: Life): string {
  const prefix = `${owner?.split(" ")[1]}-`;
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Where each column of the drawing begins, and the last one ends. */
function columnsOf(duration: number): { from: number; to: number }[] {
  const border = (index: number) => (index * duration) / WIDTH;
  return Array.from({ length: WIDTH }, (_, index) => ({ from: border(index), to: border(index + 1) }));
}

function drawSpans({ spans }: Life, duration: number): string {
  const signs = columnsOf(duration).map((column) => {
    // A short state must be seen too: the last one that begins in this stretch, else the one that lasts.
    const inside = spans.findLast(({ from }) => from >= column.from && from < column.to);
    const lasting = spans.find(({ from, to }) => from <= column.from && column.from < to);
    const { state, replicas } = inside ?? lasting ?? {};
    if (replicas !== undefined) return digit(replicas);
    return state ? SIGNS[state] : " ";
  });
  return signs.join("");
}

function drawNumbers(timeline: TimelineRecord, { states, min, max }: Bound): string {
  const closest = columnsOf(timeline.duration).map(({ from, to }) => {
    const all = countsBetween(timeline, states, from, to);
    const number = min !== undefined && max === undefined ? Math.min(...all) : Math.max(...all);
    return digit(number);
  });
  const promise = [
    ...(min === undefined ? [] : [`never under ${min}`]),
    ...(max === undefined ? [] : [`never over ${max}`]),
    ...(min === undefined && max === undefined ? ["not limited"] : []),
  ];
  return `${closest.join("")}  ${promise.join(", ")}`;
}

/** A number as one sign. */
function digit(number: number): string {
  return number > 9 ? "+" : String(number);
}

function countsBetween(
  { lives }: TimelineRecord,
  states: readonly State[],
  from: number,
  to: number,
): number[] {
  const moments = lives.flatMap(({ spans }) => spans.flatMap((span) => [span.from, span.to]));
  const inside = [from, ...moments.filter((at) => at > from && at < to)];
  return inside.map((at) => countAt(lives, states, at));
}
