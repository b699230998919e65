/** What changes from run to run, by type. The first pattern that matches a place wins. */
const VOLATILE: ReadonlyArray<{ type: string; pattern: RegExp }> = [
  {
    type: "time",
    pattern: /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d| \+0000 UTC)?/,
  },
  { type: "uid", pattern: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/ },
  // Containers that are made by hand are called after the run that they belong to.
  { type: "run", pattern: /(?<=_hand-)[0-9a-f]{8}\b/ },
  { type: "hash", pattern: /\b(?:sha256:)?[0-9a-f]{64}\b/ },
  {
    type: "namespace",
    pattern: /\b(?:cgroup|ipc|mnt|net|pid|pid_for_children|user|uts|time|time_for_children):\[\d+\]/,
  },
  { type: "address", pattern: /\b(?!127\.0\.0\.1\b|0\.0\.0\.0\b)\d{1,3}(?:\.\d{1,3}){3}\b/ },
  { type: "address", pattern: /\bfe80::[0-9a-f:]+/ },
  { type: "port", pattern: /(?<=(?:127\.0\.0\.1|\[::1\]):)\d{5}\b/ },
  { type: "age", pattern: /(?<=\s|\()(?:\d+(?:\.\d+)?(?:d|h|ms|m|s))+(?=\s|\)|$)/ },
];

/** How kubectl calls the column whose cells are ages, with nothing around them by which they could be told. */
const AGE_COLUMN = "AGE";

const ANY = new RegExp(VOLATILE.map(({ pattern }, i) => `(?<v${i}>${pattern.source})`).join("|"), "gm");

/**
 * Text with its volatile parts replaced by their type and a number, such as `<address 1>`: equal parts get equal
 * numbers, so what was the same stays the same, and two recordings differ only where the world differs.
 * Ages have no number: whether two of them are equal is chance.
 */
export function normalise(text: string, seen: Map<string, number> = new Map()): string {
  // kubectl pads its columns to their longest entry: the number of spaces is as volatile as what they follow.
  return text.replace(/ {2,}/g, "  ").replace(ANY, (...match) => {
    const groups = match.at(-1) as Record<string, string | undefined>;
    const index = VOLATILE.findIndex((_, i) => groups[`v${i}`] !== undefined);
    const type = VOLATILE[index]?.type ?? "unknown";
    if (type === "age") return "<age>";
    const key = `${type} ${match[0]}`;
    const known = seen.get(key);
    if (known !== undefined) return `<${type} ${known}>`;
    const number = [...seen.keys()].filter((k) => k.startsWith(`${type} `)).length + 1;
    seen.set(key, number);
    return `<${type} ${number}>`;
  });
}

/** {@link normalise} for every string in a JSON value, with one numbering for all; object keys are sorted. */
export function normaliseValue(value: unknown, seen: Map<string, number> = new Map()): unknown {
  if (typeof value === "string") return normalise(value, seen);
  if (Array.isArray(value)) return value.map((entry) => normaliseValue(entry, seen));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, entry]) => [key, key === AGE_COLUMN ? "<age>" : normaliseValue(entry, seen)]),
    );
  }
  return value;
}
