import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import type { Context } from "./context.ts";
import { hashOf } from "./hash.ts";

/** What an image was found to be, and under which key that is kept between runs. */
interface Fact<T> {
  /** Everything that the answer depends on. */
  readonly key: readonly string[];
  readonly schema: z.ZodType<T>;
  /** Finds it out; what it throws is passed on, and nothing is kept. */
  readonly find: () => Promise<T>;
}

/** What was found out about an image in an earlier run, or is found out now and kept. */
export async function keptFact<T>({ cache }: Context, { key, schema, find }: Fact<T>): Promise<T> {
  const folder = join(cache, "facts");
  const file = join(folder, `${hashOf(key)}.json`);
  const known = await read(file, schema);
  if (known !== undefined) return known;
  const found = await find();
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, JSON.stringify(found));
  await rename(`${file}.${process.pid}`, file);
  return found;
}

async function read<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}
