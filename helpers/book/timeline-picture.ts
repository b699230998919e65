import type { Life, TimelineRecord } from "../timeline.ts";

/** Lives of objects, as a watch saw them. */
export interface TimelinePicture {
  readonly type: "timeline";
  readonly timeline: TimelineRecord;
  /** Full minutes at which a CronJob was due, where its Jobs are drawn. */
  readonly ticks: readonly { readonly at: number; readonly clock: string }[];
  /** The first moment at which a Pod was seen on a node that had none before. */
  readonly joins: readonly { readonly at: number; readonly node: string }[];
}

/** A Job that a CronJob makes is called after the minute for which it was due, counted since 1970. */
const SCHEDULED = /-(\d{8})$/;

/** A time-line with the moments that matter in it. */
export function pictureOfTimeline(timeline: TimelineRecord): TimelinePicture {
  return {
    type: "timeline",
    timeline,
    ticks: timeline.kind === "jobs" ? ticksIn(timeline.lives) : [],
    joins: joinsIn(timeline.lives),
  };
}

/** No Job begins before it is due: whichever came soonest after its minute tells when the minutes began. */
function ticksIn(lives: readonly Life[]): { at: number; clock: string }[] {
  const begun = lives.flatMap(({ name, spans, before }) => {
    const minute = SCHEDULED.exec(name)?.[1];
    const from = spans[0]?.from;
    return minute === undefined || from === undefined || before
      ? []
      : [{ due: Number(minute) * 60_000, from }];
  });
  const offset = Math.min(...begun.map(({ due, from }) => from - due));
  return begun.map(({ due }) => ({ at: due + offset, clock: new Date(due).toISOString().slice(11, 16) }));
}

function joinsIn(lives: readonly Life[]): { at: number; node: string }[] {
  const nodes = new Set(lives.flatMap(({ node, before }) => (before && node !== undefined ? [node] : [])));
  return lives.flatMap(({ node, spans }) => {
    const at = spans[0]?.from;
    if (node === undefined || at === undefined || nodes.size === 0 || nodes.has(node)) return [];
    nodes.add(node);
    return [{ at, node }];
  });
}
