import type { Step } from "../evidence/transcript.ts";
import { parseTable, type Row } from "../table.ts";

/** Who belongs to whom. */
export interface OwnersPicture {
  readonly type: "owners";
  readonly edges: readonly { readonly owner: ObjectName; readonly owned: ObjectName }[];
}

interface ObjectName {
  readonly kind: string;
  readonly name: string;
}

/** kubectl's words for the kinds in whose place a table has no column. */
const KINDS: Readonly<Record<string, string>> = { pods: "Pod", jobs: "Job", replicasets: "ReplicaSet" };

/** Owner references, out of tables that name the kind and the name of both. */
export function ownersIn(steps: readonly Step[]): OwnersPicture[] {
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
