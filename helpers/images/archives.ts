import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Problem } from "../problem.ts";
import { renameArchive } from "./archive.ts";
import type { Context } from "./context.ts";
import type { EngineImage } from "./engine-image.ts";
import { exclusively } from "./exclusive.ts";
import { hashOf } from "./hash.ts";
import { fileName, fullName } from "./reference.ts";
import { scratch } from "./scratch.ts";
import { isIntact, seal, sealPath } from "./seal.ts";

/** To be changed when archives are written in another way, so that older ones are not used. */
const FORMAT = "1";
/** Archives that were not used for this long and are of another image of the same name are removed. */
const KEEP_MS = 14 * 24 * 3600 * 1000;

/** An archive of an image under the name that manifests use: from the cache, unless that one is damaged. */
export async function provideArchive(
  context: Context,
  image: EngineImage,
  reference: string,
): Promise<string> {
  const folder = join(context.cache, "archives");
  const stem = fileName(reference);
  const file = join(folder, `${stem}-${hashOf([FORMAT, image.id, fullName(reference)])}.tar`);
  if (await isIntact(file)) {
    await markUsed(file);
    return file;
  }
  await mkdir(folder, { recursive: true });
  const title = `archive of ${reference}`;
  await exclusively(file, { what: title, progress: context.progress, signal: context.signal }, async () => {
    if (await isIntact(file)) return;
    await context.progress.step(title, () => writeArchive(context, image, reference, file));
    await removeOld(folder, stem, file);
  });
  return file;
}

async function writeArchive(
  context: Context,
  image: EngineImage,
  reference: string,
  file: string,
): Promise<void> {
  await using temporary = scratch(context.cache);
  const saved = join(temporary.path, "saved.tar");
  const renamed = join(temporary.path, "renamed.tar");
  try {
    const stream = await context.engine.docker.getImage(image.id).get();
    await pipeline(stream, createWriteStream(saved), { ...(context.signal && { signal: context.signal }) });
    await renameArchive(saved, renamed, [fullName(reference)], context.engine.architecture);
  } catch (error) {
    context.signal?.throwIfAborted();
    throw archiveProblem(context, reference, error);
  }
  await removeArchive(file);
  await rename(renamed, file);
  await seal(file);
}

function archiveProblem(context: Context, reference: string, error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = /ENOSPC|no space left/i.test(message)
    ? `free some space on the disk of ${context.cache} and run it again`
    : "run it again; if it stays, remove the image from the engine (docker image rm) so that it is had anew";
  return new Problem(`the archive of ${reference} could not be written: ${message}`, remedy, {
    cause: error,
  });
}

/** With its seal. Docker makes a folder of a file that it is to mount and that has been removed. */
async function removeArchive(file: string): Promise<void> {
  await Promise.all([sealPath(file), file].map((path) => rm(path, { recursive: true, force: true })));
}

/** By the time of its seal: the archive's own tells whether somebody has written to it. */
async function markUsed(file: string): Promise<void> {
  const now = new Date();
  // It may be in a cache that can only be read.
  await utimes(sealPath(file), now, now).catch(() => undefined);
}

async function removeOld(folder: string, stem: string, current: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const sibling =
      name.startsWith(`${stem}-`) && /-[0-9a-f]{16}\.tar$/.test(name) && name.length === stem.length + 21;
    if (!sibling || path === current) continue;
    const { mtimeMs } = await stat(sealPath(path))
      .catch(() => stat(path))
      // Another run has removed it.
      .catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > KEEP_MS) await removeArchive(path);
  }
}
