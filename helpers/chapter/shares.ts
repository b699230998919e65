/** A letter each for pause, whoami and nettool: `AAA` when all have one namespace, `ABC` when each has its own. */
export function whoShares({ pause = "", whoami = "", nettool = "" }: Record<string, string>): string {
  const all = [pause, whoami, nettool];
  const distinct = [...new Set(all)];
  return all.map((inode) => "ABC"[distinct.indexOf(inode)]).join("");
}

/** The letters of {@link whoShares} by kind of namespace, as a table. */
export function sharesTable(shares: Readonly<Record<string, string>>): string {
  const row = (cells: readonly string[]) =>
    cells
      .map((cell) => cell.padEnd(18))
      .join("")
      .trimEnd();
  const rows = Object.entries(shares).map(([kind, letters]) => row([kind, ...letters]));
  return [row(["", "pause", "whoami", "nettool"]), ...rows].join("\n");
}
