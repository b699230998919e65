import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { extract, type Header, type Pack } from "tar-stream";

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

/** Adds a small file to an archive. */
export function packFile(pack: Pack, header: NewHeader, content: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry(header, content as string, (error) => (error ? reject(error) : resolve()));
  });
}

/** Adds a file of known size from a stream to an archive, or an entry without content such as a link. */
export function packStream(pack: Pack, header: NewHeader, content: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = pack.entry(header, (error) => (error ? reject(error) : resolve()));
    content.on("error", (error) => {
      entry.destroy(error);
      reject(error);
    });
    content.pipe(entry);
  });
}
