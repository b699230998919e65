import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseAllDocuments } from "yaml";
import type { ManifestObject } from "../manifest.ts";

/** A manifest's object that a claim speaks of. */
export interface ObjectLines {
  /** Its first and its last line in the file, counted from 1. */
  readonly first: number;
  readonly last: number;
  /** The lines that matter, counted from 1. */
  readonly lines: readonly number[];
  /** The lines under which something that is not there would matter. */
  readonly above: readonly number[];
}

/** Where every object of a manifest file stands, in the file's order. */
export function placesOf(text: string): { first: number; last: number; name: string; nameLine: number }[] {
  return documentsOf(text).map(({ root, lineOf }) => {
    const name = isMap(root) ? root.getIn(["metadata", "name"], true) : undefined;
    return {
      ...extentOf(root, lineOf),
      name: isScalar(name) ? String(name.value) : "",
      nameLine: isScalar(name) ? lineOf(startOf(name)) : 1,
    };
  });
}

/**
 * The lines of a manifest file that a change was made to: those of fields that are otherwise or gone, and apart from them,
 * where fields came in, the line of the field that holds them. `changed` has the file's objects, in its order, as they are afterwards.
 */
export function changedLines(text: string, changed: readonly ManifestObject[]): ObjectLines[] {
  return documentsOf(text).flatMap(({ root, lineOf }, index) => {
    const marks = { lines: new Set<number>(), above: new Set<number>(), lineOf };
    const extent = extentOf(root, lineOf);
    compare(root, changed[index], extent.first, marks);
    if (marks.lines.size + marks.above.size === 0) return [];
    return [{ ...extent, lines: inOrder(marks.lines), above: inOrder(marks.above) }];
  });
}

/** Line numbers, each once, from the first to the last. */
export function inOrder(lines: Iterable<number>): number[] {
  return [...new Set(lines)].sort((a, b) => a - b);
}

interface Marks {
  readonly lines: Set<number>;
  readonly above: Set<number>;
  readonly lineOf: (offset: number) => number;
}

/** `holder` is the line of the field that holds the node. */
function compare(node: Node, value: unknown, holder: number, marks: Marks): void {
  if (isMap(node) && isRecord(value)) {
    const pairs = node.items as Pair<Node, Node | null>[];
    for (const pair of pairs) {
      const line = marks.lineOf(startOf(pair.key));
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      if (!(key in value)) markAll(pair.key, pair.value ?? pair.key, marks);
      else if (pair.value) compare(pair.value, value[key], line, marks);
    }
    const known = pairs.map(({ key }) => String(isScalar(key) ? key.value : key));
    if (Object.keys(value).some((key) => !known.includes(key))) marks.above.add(holder);
  } else if (isSeq(node) && Array.isArray(value)) {
    (node.items as Node[]).forEach((item, index) => {
      if (index >= value.length) markAll(item, item, marks);
      else compare(item, value[index], marks.lineOf(startOf(item)), marks);
    });
    if (value.length > node.items.length) marks.above.add(holder);
  } else if (!isScalar(node) || node.value !== value) {
    markAll(node, node, marks);
  }
}

function markAll(from: Node, to: Node, { lines, lineOf }: Marks): void {
  for (let line = lineOf(startOf(from)); line <= lineOf(endOf(to)); line++) lines.add(line);
}

interface Parsed {
  readonly root: Node;
  readonly lineOf: (offset: number) => number;
}

/** A file is asked about for each mutant, and reading it is what takes the time. */
const parsed = new Map<string, readonly Parsed[]>();

function documentsOf(text: string): readonly Parsed[] {
  const known = parsed.get(text);
  if (known) return known;
  const counter = new LineCounter();
  const lineOf = (offset: number) => counter.linePos(offset).line;
  const documents = parseAllDocuments(text, { lineCounter: counter }).flatMap(({ contents }) =>
    contents === null ? [] : [{ root: contents as Node, lineOf }],
  );
  parsed.set(text, documents);
  return documents;
}

function extentOf(root: Node, lineOf: (offset: number) => number): { first: number; last: number } {
  return { first: lineOf(startOf(root)), last: lineOf(endOf(root)) };
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** The offset of the last character that is the node's own. */
function endOf(node: Node): number {
  if (isMap(node) || isSeq(node)) {
    const last = node.items.at(-1) as Pair<Node, Node | null> | Node | undefined;
    if (!node.flow && last) return "key" in last ? endOf(last.value ?? last.key) : endOf(last);
  }
  return Math.max(startOf(node), (node.range?.[1] ?? 1) - 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
