import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { Problem } from "../../problem.ts";
import type { Context } from "../context.ts";
import { exclusively } from "../exclusive.ts";
import { hashOf } from "../hash.ts";
import { removeAbandoned, scratch } from "../scratch.ts";

/** Lists what a finished part is made of; a part without it was never finished. */
const CONTENTS = "contents.json";
const contentsSchema = z.array(z.tuple([z.string(), z.number()]));
/** Finished parts that nothing has asked for in this long are removed, in milliseconds. */
const KEEP_MS = 60 * 24 * 3600 * 1000;

/** Something that is built once for a set of inputs: a group of programs, a root file system. */
export interface Part {
  readonly name: string;
  /** How it is called when it is told what is being built. */
  readonly title: string;
  /** Everything that its content depends on. */
  readonly inputs: readonly string[];
  /** Makes the part inside an empty folder; `update` is told how far it is. */
  make(folder: string, context: Context, update: (detail: string) => void): Promise<void>;
}

/** The folder of a part as it is in the cache: built now, unless it was before. */
export async function providePart(context: Context, part: Part): Promise<string> {
  const folder = folderOf(context.cache, part);
  if (await isFinished(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const lock = { what: part.title, progress: context.progress, signal: context.signal };
  return exclusively(folder, lock, async () => {
    if (await isFinished(folder)) return folder;
    // Whose lock this was may have been killed just now; its compiler would work on beside ours.
    removeAbandoned(context.cache);
    await rm(folder, { recursive: true, force: true });
    await using temporary = scratch(context.cache);
    const unfinished = join(temporary.path, "part");
    await mkdir(unfinished);
    await context.progress.step(part.title, (update) => make(context, part, unfinished, update));
    await writeFile(join(unfinished, CONTENTS), JSON.stringify(await listFiles(unfinished)));
    await rename(unfinished, folder).catch(async (error: unknown) => {
      // Somebody took the lock while the machine slept, and was quicker.
      if (!(await isFinished(folder))) throw error;
    });
    return folder;
  });
}

async function make(
  context: Context,
  part: Part,
  folder: string,
  update: (detail: string) => void,
): Promise<void> {
  try {
    await part.make(folder, context, update);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw new Problem(
      `${part.title} failed: the disk of ${context.cache} is full`,
      "free some space there and run it again; what was built before is kept",
      { cause: error },
    );
  }
}

/** Whether a part is in the cache, whole. */
export function isPartFinished(cache: string, part: Part): Promise<boolean> {
  return isFinished(folderOf(cache, part));
}

/** Removes parts that have not been used for a long time. */
export async function removeOldParts(cache: string, now = Date.now()): Promise<void> {
  const parts = join(cache, "parts");
  for (const name of await readdir(parts).catch(() => [])) {
    const { mtimeMs } = await stat(join(parts, name, CONTENTS)).catch(() => ({ mtimeMs: now }));
    if (now - mtimeMs > KEEP_MS) await rm(join(parts, name), { recursive: true, force: true });
  }
}

function folderOf(cache: string, { name, inputs }: Part): string {
  return join(cache, "parts", `${name}-${hashOf(inputs)}`);
}

/** Whether every file is there in its full size; a part that lost one is built again. */
async function isFinished(folder: string): Promise<boolean> {
  try {
    const contents = join(folder, CONTENTS);
    for (const [name, size] of contentsSchema.parse(JSON.parse(await readFile(contents, "utf8"))))
      if ((await stat(join(folder, name))).size !== size) return false;
    await utimes(contents, new Date(), new Date());
    return true;
  } catch {
    return false;
  }
}

async function listFiles(folder: string): Promise<[string, number][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => [relative(folder, file), (await stat(file)).size] as [string, number]),
  );
}
