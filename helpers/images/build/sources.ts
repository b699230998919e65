import { createHash } from "node:crypto";
import { globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Files that programs are compiled of. */
const SOURCE = /(?<!_test)\.go$|\.[hs]$/;
/** What sources ask for besides, by patterns of paths. */
const EMBED = /^\/\/go:embed[ \t]+(.+)$/gm;

/**
 * A hash of a Go module's sources, of the files that they embed and of the module file it is built with; modules inside
 * it are left out.
 */
export function hashModule(folder: string, modfile: string): string {
  const hash = createHash("sha256");
  const sum = modfile.replace(/\.mod$/, ".sum");
  for (const file of [...sourceFiles(folder), join(folder, modfile), join(folder, sum)]) {
    const content = readIfThere(file);
    if (content) hash.update(`${relative(folder, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** A hash of files by their paths in `folder`. */
export function hashFiles(folder: string, files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) {
    const content = readFileSync(join(folder, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** The lines about one module in a module file and its sums: which sources of it are used. */
export function moduleLines(folder: string, modfile: string, module: string): string[] {
  const text = [modfile, modfile.replace(/\.mod$/, ".sum")].map((file) =>
    String(readIfThere(join(folder, file)) ?? ""),
  );
  return text.flatMap((content) =>
    content.split("\n").filter((line) => line.trim().split(" ").includes(module)),
  );
}

/** The newest Go that module files ask for, `1.26.0` say. */
export function goVersionNeeded(modfiles: readonly string[]): string {
  const versions = modfiles.map((file) => /^go (\S+)/m.exec(readFileSync(file, "utf8"))?.[1] ?? "1.0");
  return versions.reduce(
    (newest, version) => (compareVersions(version, newest) > 0 ? version : newest),
    "1.0",
  );
}

/** Compares versions of Go or Kubernetes by their numbers: negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => (version.match(/\d+/g) ?? []).map(Number)) as [
    number[],
    number[],
  ];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function sourceFiles(folder: string): string[] {
  const found: string[] = [];
  const visit = (current: string) => {
    const entries = readdirSync(current, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    if (current !== folder && entries.some(({ name }) => name === "go.mod")) return;
    for (const entry of entries) {
      const path = join(current, entry.name);
      if (entry.isDirectory()) visit(path);
      else found.push(path);
    }
  };
  visit(folder);
  const sources = found.filter((path) => SOURCE.test(path));
  const embedded = new Set(sources.flatMap(embeddedBy));
  const isEmbedded = (path: string): boolean =>
    embedded.has(path) || (path.length > folder.length && isEmbedded(dirname(path)));
  return found.filter((path) => SOURCE.test(path) || isEmbedded(path));
}

/** The files and folders that a source embeds. */
function embeddedBy(source: string): string[] {
  const folder = dirname(source);
  const lines = [...readFileSync(source, "utf8").matchAll(EMBED)].map(([, patterns = ""]) => patterns);
  const patterns = lines.flatMap((line) => line.match(/"[^"]*"|`[^`]*`|\S+/g) ?? []);
  return patterns
    .map((pattern) => pattern.replaceAll(/^["`]|["`]$/g, "").replace(/^all:/, ""))
    .flatMap((pattern) => globSync(pattern, { cwd: folder }).map((path) => join(folder, path)));
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
