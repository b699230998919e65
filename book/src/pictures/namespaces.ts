import * as Plot from "@observablehq/plot";
import type { NamespacesPicture } from "../../../helpers/book/namespaces-picture.ts";
import { draw } from "./draw.ts";

interface Cell {
  readonly process: string;
  readonly kind: string;
  readonly inode: string;
  readonly shade: number;
}

/** For each kind of namespace, which processes share one: by number, counted from the first process. */
export function groupsOf({ rows }: NamespacesPicture): { kind: string; groups: number[] }[] {
  return rows.map(({ kind, inodes }) => {
    const distinct = [...new Set(inodes)];
    return { kind, groups: inodes.map((inode) => distinct.indexOf(inode)) };
  });
}

/** The article's inode table: a cell for each process and kind of namespace, in one shade where it is the same one. */
export function drawNamespaces(picture: NamespacesPicture, nameOf: (process: string) => string): string {
  const groups = groupsOf(picture);
  const cells = picture.rows.flatMap(({ kind, inodes }, row) =>
    inodes.map((inode, column): Cell => ({
      process: nameOf(picture.processes[column] ?? ""),
      kind,
      inode,
      shade: groups[row]?.groups[column] ?? 0,
    })),
  );
  return draw({
    // Inodes have ten digits.
    width: 450,
    height: picture.rows.length * 30 + 34,
    marginLeft: 112,
    marginRight: 2,
    marginTop: 28,
    marginBottom: 2,
    padding: 0,
    x: { axis: null, domain: picture.processes.map(nameOf), padding: 0.04 },
    y: { axis: null, domain: picture.rows.map(({ kind }) => kind), padding: 0.12 },
    marks: [
      Plot.axisX({ anchor: "top", fontSize: 13, tickSize: 0, label: null }),
      Plot.axisY({ fontSize: 11, tickSize: 0, label: null }),
      Plot.cell(cells, {
        x: "process",
        y: "kind",
        fill: ({ shade }: Cell) => `var(--shade-${shade})`,
        rx: 4,
      }),
      Plot.text(cells, {
        x: "process",
        y: "kind",
        text: "inode",
        fontSize: 11,
        fill: ({ shade }: Cell) => `var(--on-shade-${shade})`,
      }),
    ],
  });
}
