import type { Step } from "../evidence/transcript.ts";
import { parseTable, type Row } from "../table.ts";
import type { Life, TimelineRecord } from "../timeline.ts";

/** What can be drawn of the evidence of one claim. */
export type Picture = TimelinePicture | NamespacesPicture | OwnersPicture;

/** Lives of objects, as a watch saw them. */
export interface TimelinePicture {
  readonly type: "timeline";
  readonly timeline: TimelineRecord;
  /** Full minutes at which a CronJob was due, where its Jobs are drawn. */
  readonly ticks: readonly { readonly at: number; readonly clock: string }[];
  /** The first moment at which a Pod was seen on a node that had none before. */
  readonly joins: readonly { readonly at: number; readonly node: string }[];
}

/** Which process is in which namespace: inodes by kind and process. */
export interface NamespacesPicture {
  readonly type: "namespaces";
  /** `pause`, `whoami`, …; at last the `node`, or the `host` that the engine runs on. */
  readonly processes: readonly string[];
  readonly rows: readonly { readonly kind: string; readonly inodes: readonly string[] }[];
}

/** Who belongs to whom. */
export interface OwnersPicture {
  readonly type: "owners";
  readonly edges: readonly { readonly owner: ObjectName; readonly owned: ObjectName }[];
}

interface ObjectName {
  readonly kind: string;
  readonly name: string;
}

/** The pictures that a claim's evidence is good for. */
export function picturesOf(steps: readonly Step[], timelines: readonly TimelineRecord[]): readonly Picture[] {
  return [...namespacesIn(steps), ...ownersIn(steps), ...timelines.map(pictureOfTimeline)];
}

/** A Job that a CronJob makes is called after the minute for which it was due, counted since 1970. */
const SCHEDULED = /-(\d{8})$/;

function pictureOfTimeline(timeline: TimelineRecord): TimelinePicture {
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

const LISTING = /^ls -l \/proc\/(?:\d+|self)\/ns$/;
const ENTRY = /(\w+) -> \w+:\[(\d+)\]$/;

/** The article's listings: of pause, of both containers, and of the host. */
function namespacesIn(steps: readonly Step[]): NamespacesPicture[] {
  const listings = steps.filter(({ command }) => LISTING.test(command));
  if (listings.length !== CONTAINERS.length + 1) return [];
  const inodes = listings.map(
    ({ output }) =>
      new Map(
        output.split("\n").flatMap((line) => {
          const [, kind, inode] = ENTRY.exec(line) ?? [];
          return kind !== undefined && inode !== undefined ? [[kind, inode] as const] : [];
        }),
      ),
  );
  const kinds = [...(inodes[0]?.keys() ?? [])].filter((kind) => !kind.startsWith("time"));
  // One that could not be read shares nothing that is known.
  if (!kinds.every((kind) => inodes.every((of) => of.has(kind)))) return [];
  return [
    {
      type: "namespaces",
      processes: [...CONTAINERS, listings.at(-1)?.command.includes("/self/") ? "host" : "node"],
      rows: kinds.map((kind) => ({ kind, inodes: inodes.map((of) => of.get(kind) ?? "") })),
    },
  ];
}

/** Whose listings a claim takes, in this order, before that of the machine below. */
const CONTAINERS = ["pause", "whoami", "nettool"];

/** kubectl's words for the kinds in whose place a table has no column. */
const KINDS: Readonly<Record<string, string>> = { pods: "Pod", jobs: "Job", replicasets: "ReplicaSet" };

/** Owner references, out of tables that name the kind and the name of both. */
function ownersIn(steps: readonly Step[]): OwnersPicture[] {
  const rows = steps.flatMap(({ command, where, output }) => {
    const resource = /^kubectl get ([\w,]+)/.exec(command)?.[1];
    if (where !== "kubectl" || resource === undefined) return [];
    return parseTable(output).map((row) => ownershipIn(row, KINDS[resource]));
  });
  const objects = rows.flatMap((row) => (row ? [row] : []));
  const owned = objects.flatMap(({ object, owner }) => {
    if (!owner) return [];
    // A table of all kinds together need not name the owner: it is the only one of its kind in it.
    const name =
      owner.name ??
      onlyName(
        objects.map((row) => row.object),
        owner.kind,
      );
    return name === undefined ? [] : [{ owner: { kind: owner.kind, name }, owned: object }];
  });
  // Whom nobody was seen to own, and who owns nobody, is not part of any tree; nor is what no Pod comes of.
  const edges = owned.filter(({ owned: object }) => leadsToPod(object, owned));
  const levels = new Set(edges.map(({ owner }) => owner.kind)).size;
  return edges.length > 1 && levels > 1 ? [{ type: "owners", edges: unique(edges) }] : [];
}

interface Ownership {
  readonly object: ObjectName;
  readonly owner: { readonly kind: string; readonly name: string | undefined } | undefined;
}

function ownershipIn(row: Row, kindOfRow: string | undefined): Ownership | undefined {
  const name = row["NAME"];
  const kind =
    row["KIND"] ?? ((row["OWNED_BY"] ?? row["OWNED-BY"]) ? kindOf(name, row, kindOfRow) : undefined);
  if (name === undefined || kind === undefined || row["OWNER"] === undefined) return undefined;
  const owner = row["OWNER"];
  return {
    object: { kind, name },
    owner: owner === "<none>" ? undefined : { kind: owner, name: row["OWNED_BY"] ?? row["OWNED-BY"] },
  };
}

/** Of several kinds in one table, the one that such an owner makes. */
function kindOf(name: string | undefined, row: Row, kindOfRow: string | undefined): string | undefined {
  if (row["OWNER"] === "Deployment") return "ReplicaSet";
  if (row["OWNER"] === "CronJob") return "Job";
  return name === undefined ? undefined : kindOfRow;
}

function onlyName(objects: readonly ObjectName[], kind: string): string | undefined {
  const names = new Set(objects.filter((object) => object.kind === kind).map(({ name }) => name));
  return names.size === 1 ? [...names][0] : undefined;
}

function leadsToPod(object: ObjectName, edges: OwnersPicture["edges"]): boolean {
  if (object.kind === "Pod") return true;
  return edges.some(
    ({ owner, owned }) =>
      owner.kind === object.kind && owner.name === object.name && leadsToPod(owned, edges),
  );
}

function unique(edges: OwnersPicture["edges"]): OwnersPicture["edges"] {
  return [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()];
}
