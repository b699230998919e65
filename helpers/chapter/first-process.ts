/** What process 1 is, by what `ps` shows of it after its number; nothing when it is not among these lines. */
export function firstProcessIn(lines: readonly string[]): string {
  return lines.map((line) => /^\s*1\s+(\S+)/.exec(line)?.[1]).find(Boolean) ?? "";
}
