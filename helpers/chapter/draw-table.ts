import Table from "cli-table3";

/** How many characters a cell is wide before it is broken at a space. */
const CELL_WIDTH = 14;

/** A table as text, for a transcript. Long cells are broken at spaces; Chinese characters count as wide as they are. */
export function drawTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: head.map(broken), style: { head: [], border: [] } });
  table.push(...rows.map((row) => row.map(broken)));
  return table.toString();
}

function broken(cell: string): string {
  const lines: string[] = [];
  for (const word of cell.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < CELL_WIDTH) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines.join("\n");
}
