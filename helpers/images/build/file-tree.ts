import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { posix } from "node:path";
import type { Pack } from "tar-stream";
import { type NewHeader, packFile, packStream, readTar, writeTar } from "../tar.ts";

const EPOCH = new Date(0);
const LINKS_LIMIT = 32;

/** What a layer adds to an image. */
export type Entry =
  | { readonly kind: "file"; readonly path: string; readonly source: string; readonly mode: number }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | { readonly kind: "directory"; readonly path: string };

/**
 * The paths of an image while its layers are put together. A layer that adds to a folder must repeat the folder as it
 * is, and must not take a link to a folder for one.
 */
export class FileTree {
  readonly #directories = new Map<string, number>([["/", 0o755]]);
  readonly #links = new Map<string, string>();
  readonly #paths = new Set<string>(["/"]);

  /** Takes in a layer that exists already. */
  async addLayer(layer: string): Promise<void> {
    for await (const { header } of readTar(layer)) {
      const path = `/${header.name.replace(/\/$/, "")}`;
      this.#paths.add(path);
      if (header.type === "directory") this.#directories.set(path, header.mode ?? 0o755);
      if (header.type === "symlink") this.#links.set(path, header.linkname ?? "");
    }
  }

  /** Whether something is at `path`. */
  has(path: string): boolean {
    return this.#paths.has(this.#resolveFolder(path));
  }

  /** Writes `entries` as a layer, after the folders that they are in. */
  async writeLayer(target: string, entries: readonly Entry[]): Promise<void> {
    const repeated = new Set<string>(["/"]);
    await writeTar(target, async (pack) => {
      for (const entry of entries) {
        const path = this.#resolveFolder(entry.path);
        await this.#packFolders(pack, entry.kind === "directory" ? path : posix.dirname(path), repeated);
        if (entry.kind === "directory") continue;
        this.#paths.add(path);
        if (entry.kind === "link") {
          this.#links.set(path, entry.target);
          await packFile(
            pack,
            { ...headerOf(path), type: "symlink", linkname: entry.target, mode: 0o777 },
            "",
          );
        } else {
          const { size } = await stat(entry.source);
          await packStream(
            pack,
            { ...headerOf(path), size, mode: entry.mode },
            createReadStream(entry.source),
          );
        }
      }
    });
  }

  async #packFolders(pack: Pack, folder: string, repeated: Set<string>): Promise<void> {
    if (repeated.has(folder)) return;
    await this.#packFolders(pack, posix.dirname(folder), repeated);
    repeated.add(folder);
    const mode =
      this.#directories.get(folder) ?? (folder === "/tmp" ? 0o1777 : folder === "/root" ? 0o700 : 0o755);
    this.#directories.set(folder, mode);
    this.#paths.add(folder);
    await packFile(pack, { ...headerOf(`${folder}/`), type: "directory", mode }, "");
  }

  /** The path with links in its folders followed; what it names itself may be a link. */
  #resolveFolder(path: string): string {
    let resolved = "/";
    const rest = path.split("/").filter(Boolean);
    for (let followed = 0; rest.length > 0;) {
      const next = posix.join(resolved, rest.shift() ?? "");
      const target = rest.length > 0 ? this.#links.get(next) : undefined;
      if (target === undefined) {
        resolved = next;
        continue;
      }
      if (++followed > LINKS_LIMIT) throw new Error(`${path} leads through links that have no end`);
      rest.unshift(...posix.resolve(resolved, target).split("/").filter(Boolean));
      resolved = "/";
    }
    return resolved;
  }
}

function headerOf(path: string): NewHeader {
  return { name: path.slice(1), mtime: EPOCH, uid: 0, gid: 0 };
}

/** The lines of a small text file. */
export async function readLines(file: string): Promise<string[]> {
  return (await readFile(file, "utf8")).split("\n").filter(Boolean);
}
