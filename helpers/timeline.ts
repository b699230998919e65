import type { V1Job, V1Pod, V1ReplicaSet } from "@kubernetes/client-node";
import { isTrue } from "./cluster/conditions.ts";
import type { Recordable, Sighting } from "./recording.ts";

/**
 * What an object is seen to be. A Pod is `waiting` until it is Ready, `terminating` from its deletion to its end, and
 * `ended` when its containers have ended for good; a Job is `suspended`, `active`, `complete` or `failed`; a ReplicaSet
 * is `wanting` while it is to have Pods, `idle` when it is to have none.
 */
export type State =
  | "waiting"
  | "ready"
  | "terminating"
  | "ended"
  | "suspended"
  | "active"
  | "complete"
  | "failed"
  | "wanting"
  | "idle";

/** A state and how long it lasted, in milliseconds since the recording began. */
export interface Span {
  readonly state: State;
  /** How many Pods a ReplicaSet was told to have. */
  readonly replicas?: number | undefined;
  readonly from: number;
  readonly to: number;
}

/** One object's life. */
export interface Life {
  readonly name: string;
  readonly uid: string;
  /** The node that a Pod ran on. */
  readonly node?: string | undefined;
  /** The controller that it belonged to at last, as kind and name: `ReplicaSet web-5d6f`. */
  readonly owner?: string | undefined;
  readonly spans: readonly Span[];
  /** It was there already when the recording began. */
  readonly before: boolean;
  /** It was gone when the recording ended. */
  readonly gone: boolean;
}

/** A bound that was promised for the number of objects in some states; of ReplicaSets, for the Pods that they want. */
export interface Bound {
  readonly states: readonly State[];
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** What a recording saw, object by object: plain data, from which a picture can be drawn. */
export interface TimelineRecord {
  readonly title: string;
  readonly kind: keyof Recordable;
  /** Milliseconds. */
  readonly duration: number;
  readonly lives: readonly Life[];
  readonly bounds: readonly Bound[];
}

/** What a recording saw, with ways to ask it. */
export class Timeline implements TimelineRecord {
  readonly title: string;
  readonly kind: keyof Recordable;
  readonly duration: number;
  readonly lives: readonly Life[];
  readonly bounds: readonly Bound[];

  constructor({ title, kind, duration, lives, bounds }: TimelineRecord) {
    this.title = title;
    this.kind = kind;
    this.duration = duration;
    this.lives = lives;
    this.bounds = bounds;
  }

  /** The smallest number of objects that were in one of these states at the same moment; see {@link countAt}. */
  fewest(...states: State[]): number {
    return Math.min(...this.#counts(states));
  }

  /** The largest number of objects that were in one of these states at the same moment. */
  most(...states: State[]): number {
    return Math.max(...this.#counts(states));
  }

  /** The lives, in the order in which they first were in this state; those that never were are left out. */
  inOrderOf(state: State): Life[] {
    const since = (life: Life) => life.spans.find((span) => span.state === state)?.from;
    return this.lives
      .filter((life) => since(life) !== undefined)
      .toSorted((a, b) => (since(a) ?? 0) - (since(b) ?? 0));
  }

  /** The same record, of those objects alone that were on that node. */
  on(node: string): Timeline {
    return new Timeline({ ...this, lives: this.lives.filter((life) => life.node === node) });
  }

  /** The life of the object of that name; the latest where a name was used again. @throws {Error} when there is none */
  life(name: string): Life {
    const found = this.lives.findLast((life) => life.name === name);
    if (!found)
      throw new Error(`the record has no ${name}, but ${this.lives.map((life) => life.name).join(", ")}`);
    return found;
  }

  /** When it first was in this state, in milliseconds; never is Infinity. */
  since(name: string, state: State): number {
    return this.life(name).spans.find((span) => span.state === state)?.from ?? Infinity;
  }

  /** When something changed, and the beginning, in order. At its very end nothing begins, and every span is over. */
  get moments(): number[] {
    const borders = this.lives.flatMap(({ spans }) => spans.flatMap(({ from, to }) => [from, to]));
    return [...new Set([0, ...borders])].filter((at) => at < this.duration).sort((a, b) => a - b);
  }

  #counts(states: readonly State[]): number[] {
    return this.moments.map((at) => countAt(this.lives, states, at));
  }
}

/** How many objects were in one of these states at a moment; of ReplicaSets, how many Pods they wanted together. */
export function countAt(lives: readonly Life[], states: readonly State[], at: number): number {
  const now = lives.flatMap(({ spans }) => spans.filter(({ from, to }) => from <= at && at < to));
  return now
    .filter(({ state }) => states.includes(state))
    .reduce((sum, { replicas = 1 }) => sum + replicas, 0);
}

/** Puts the sightings of a recording together, object by object. */
export function livesOf<Kind extends keyof Recordable>(
  kind: Kind,
  sightings: readonly Sighting<Recordable[Kind]>[],
  duration: number,
): Life[] {
  const byUid = Map.groupBy(sightings, ({ object }) => object.metadata?.uid ?? "");
  return [...byUid].map(([uid, seen]) => {
    const last = seen.at(-1);
    const gone = last?.type === "DELETED";
    const node = kind === "pods" ? (last?.object as V1Pod).spec?.nodeName : undefined;
    const owner = last?.object.metadata?.ownerReferences?.find(({ controller }) => controller);
    return {
      name: last?.object.metadata?.name ?? "",
      uid,
      ...(node !== undefined && { node }),
      ...(owner !== undefined && { owner: `${owner.kind} ${owner.name}` }),
      spans: spansOf(kind, seen, gone ? (last?.at ?? duration) : duration),
      before: seen[0]?.at === 0,
      gone,
    };
  });
}

function spansOf<Kind extends keyof Recordable>(
  kind: Kind,
  seen: readonly Sighting<Recordable[Kind]>[],
  end: number,
): Span[] {
  const spans: (Omit<Span, "to"> & { to: number })[] = [];
  for (const { at, type, object } of seen) {
    if (type === "DELETED") break;
    const state = stateOf(kind, object);
    const replicas = kind === "replicasets" ? (object as V1ReplicaSet).spec?.replicas : undefined;
    const last = spans.at(-1);
    if (last?.state === state && last.replicas === replicas) continue;
    if (last) last.to = at;
    spans.push({ state, ...(replicas !== undefined && { replicas }), from: at, to: end });
  }
  // What came and went between two readings of the clock lasted no time.
  return spans.filter(({ from, to }) => to > from);
}

function stateOf<Kind extends keyof Recordable>(kind: Kind, object: Recordable[Kind]): State {
  if (kind === "pods") return podState(object as V1Pod);
  if (kind === "jobs") return jobState(object as V1Job);
  return (object as V1ReplicaSet).spec?.replicas === 0 ? "idle" : "wanting";
}

function podState({ metadata, status }: V1Pod): State {
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return "ended";
  if (metadata?.deletionTimestamp) return "terminating";
  return isTrue(status?.conditions, "Ready") ? "ready" : "waiting";
}

function jobState({ spec, status }: V1Job): State {
  if (isTrue(status?.conditions, "Complete")) return "complete";
  if (isTrue(status?.conditions, "Failed")) return "failed";
  return spec?.suspend ? "suspended" : "active";
}
