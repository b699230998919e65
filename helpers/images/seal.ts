import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { z } from "zod";

/** A tar archive ends in two blocks of zeros: a cut one hardly ever does. */
const END_OF_TAR = 1024;

const sealSchema = z.object({ size: z.number(), sha256: z.string(), mtimeMs: z.number() });

/** Writes down what `file` is now, so that {@link isIntact} can tell later whether it still is. */
export async function seal(file: string): Promise<void> {
  const { size, mtimeMs } = await stat(file);
  const temporary = `${sealPath(file)}.${process.pid}`;
  await writeFile(temporary, JSON.stringify({ size, mtimeMs, sha256: await sha256(file) }));
  await rename(temporary, sealPath(file));
}

/**
 * Whether `file` is complete and what was sealed: its size and its end always; its content when it was touched since.
 */
export async function isIntact(file: string): Promise<boolean> {
  try {
    const sealed = sealSchema.parse(JSON.parse(await readFile(sealPath(file), "utf8")));
    const { size, mtimeMs } = await stat(file);
    if (size !== sealed.size || !(await endsLikeTar(file, size))) return false;
    return mtimeMs === sealed.mtimeMs || (await sha256(file)) === sealed.sha256;
  } catch {
    return false;
  }
}

/** Where the seal of `file` lies. */
export function sealPath(file: string): string {
  return `${file}.seal.json`;
}

/** The SHA-256 of a file's content, in hex. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}

async function endsLikeTar(file: string, size: number): Promise<boolean> {
  if (size < END_OF_TAR) return false;
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(END_OF_TAR), 0, END_OF_TAR, size - END_OF_TAR);
    return buffer.every((byte) => byte === 0);
  } finally {
    await handle.close();
  }
}
