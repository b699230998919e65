import type { Step } from "../evidence/transcript.ts";

/** Which process is in which namespace: inodes by kind and process. */
export interface NamespacesPicture {
  readonly type: "namespaces";
  /** `pause`, `whoami`, …; at last the `node`, or the `host` that the engine runs on. */
  readonly processes: readonly string[];
  readonly rows: readonly { readonly kind: string; readonly inodes: readonly string[] }[];
}

const LISTING = /^ls -l \/proc\/(?:\d+|self)\/ns$/;
const ENTRY = /(\w+) -> \w+:\[(\d+)\]$/;

/** The article's listings: of pause, of both containers, and of the host. */
export function namespacesIn(steps: readonly Step[]): NamespacesPicture[] {
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
