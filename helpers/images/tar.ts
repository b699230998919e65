import { createReadStream, createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header, pack as newPack, type Pack } from "tar-stream";

/** What is said of a file that is added. */
export type NewHeader = Partial<Header> & Pick<Header, "name">;

/** One file of an archive; its content must be read before the next one comes. */
export interface TarEntry {
  readonly header: Header;
  readonly content: Readable;
}

/** The entries of an archive, one after another. Throws when it is cut short. */
export async function* readTar(file: string): AsyncGenerator<TarEntry> {
  const unpack = extract();
  const source = createReadStream(file, { highWaterMark: 1 << 20 });
  source.on("error", (error) => unpack.destroy(error));
  source.pipe(unpack);
  try {
    for await (const entry of unpack) {
      yield { header: entry.header, content: entry as unknown as Readable };
      entry.resume();
    }
  } finally {
    source.destroy();
  }
}

/** Everything in a stream, as one buffer. */
export async function readAll(content: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Writes the archive `target`: `fill` adds its entries. Throws why it can't be written, or what `fill` throws. */
export async function writeTar(target: string, fill: (pack: Pack) => Promise<void>): Promise<void> {
  const pack = newPack();
  const written = pipeline(pack, createWriteStream(target, { mode: 0o644 }));
  const filled = fill(pack).then(() => pack.finalize());
  filled.catch((error: Error) => pack.destroy(error));
  // The writer's failure first: it is why adding failed then.
  for (const outcome of await Promise.allSettled([written, filled]))
    if (outcome.status === "rejected") throw outcome.reason;
}

/** Adds a small file to an archive. */
export function packFile(pack: Pack, header: NewHeader, content: string | Buffer): Promise<void> {
  return whileOpen(pack, (done) => {
    pack.entry(header, content as string, done).on("error", toldByDone);
  });
}

/** Adds a file of known size from a stream to an archive, or an entry without content such as a link. */
export function packStream(pack: Pack, header: NewHeader, content: Readable): Promise<void> {
  return whileOpen(pack, (done) => {
    const entry = pack.entry(header, done).on("error", toldByDone);
    content.on("error", (error) => {
      entry.destroy(error);
      done(error);
    });
    content.pipe(entry);
  });
}

function toldByDone(): void {
  // An entry's error would end the process if nobody listened to it.
}

/** What is added to an archive that is given up, since its writer failed, is never done by itself. */
function whileOpen(pack: Pack, add: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error("the archive was given up"));
    if (pack.destroyed) return closed();
    pack.once("close", closed);
    add((error) => {
      pack.off("close", closed);
      if (error) reject(error);
      else resolve();
    });
  });
}
