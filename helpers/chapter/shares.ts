/** What the article compares: the containers of its Pod, and the one that nobody declared. */
export const THREE = ["pause", "whoami", "nettool"] as const;

/** Prints where links lead to: readlink itself takes one file alone where it is busybox's. */
export const READLINKS = ["perl", "-le", "print readlink for @ARGV"];

/** A letter each for pause, whoami and nettool: `AAA` when all have one namespace, `ABC` when each has its own. */
export function whoShares(inodes: Record<string, string>): string {
  const all = THREE.map((name) => inodes[name] ?? "");
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
  return [row(["", ...THREE]), ...rows].join("\n");
}
