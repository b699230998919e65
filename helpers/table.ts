/** One row of a table that kubectl printed, by column heading. */
export type Row = Readonly<Record<string, string>>;

/**
 * The rows of a table as kubectl prints it. Columns begin where their headings begin (kubectl pads them with spaces),
 * so an empty cell and a heading of two words are read right.
 */
export function parseTable(text: string): Row[] {
  const [header, ...lines] = text.split("\n").filter((line) => line.trim() !== "");
  if (header === undefined) return [];
  const headings = [...header.matchAll(/\S+(?: \S+)*/g)];
  return lines.map((line) =>
    Object.fromEntries(
      headings.map((heading, i) => [heading[0], line.slice(heading.index, headings[i + 1]?.index).trim()]),
    ),
  );
}
