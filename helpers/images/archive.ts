import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { pack as newPack } from "tar-stream";
import { z } from "zod";
import { type NewHeader, packFile, packStream, readAll, readTar, type TarEntry } from "./tar.ts";

/** Metadata files are small; anything larger in an archive is a layer. */
const METADATA_LIMIT = 4 << 20;
const EPOCH = new Date(0);
const NAME_ANNOTATION = "io.containerd.image.name";
const REF_ANNOTATION = "org.opencontainers.image.ref.name";

const manifestSchema = z
  .array(z.looseObject({ Config: z.string(), Layers: z.array(z.string()) }))
  .length(1, "an archive of exactly one image is expected");
const descriptorSchema = z.looseObject({ mediaType: z.string().optional(), digest: z.string() });
const indexSchema = z.looseObject({ manifests: z.array(descriptorSchema) });
const ociManifestSchema = z.looseObject({ config: descriptorSchema, layers: z.array(descriptorSchema) });
type Descriptor = z.infer<typeof descriptorSchema>;

/**
 * Copies the archive of one image (as an engine saves it) under other names: those in `names`, in full, and no others.
 * Only what the image needs is copied: attestations and other platforms' manifests are left out, since importers stop
 * at references to what is not in the archive.
 */
export async function renameArchive(source: string, target: string, names: readonly string[]): Promise<void> {
  const { metadata, links } = await readMetadata(source);
  const [image] = manifestSchema.parse(json(metadata, "manifest.json"));
  if (!image) throw new Error("unreachable: the schema asks for one image");
  const oci = findOciManifest(metadata, blobDigest(image.Config));
  const wanted = new Set([image.Config, ...image.Layers]);
  if (oci) {
    wanted.add("oci-layout").add(blobPath(oci.digest));
    const { config, layers } = ociManifestSchema.parse(json(metadata, blobPath(oci.digest)));
    for (const { digest } of [config, ...layers]) wanted.add(blobPath(digest));
  }
  for (const [link, destination] of links) if (wanted.has(link)) wanted.add(destination);

  const pack = newPack();
  const written = pipeline(pack, createWriteStream(target, { mode: 0o644 }));
  const failure = written.then(() => undefined).catch((error: unknown) => error);
  try {
    const manifest = JSON.stringify([{ ...image, RepoTags: names }]);
    await packFile(pack, fileHeader("manifest.json", manifest), manifest);
    if (oci) {
      const index = JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.index.v1+json",
        manifests: names.map((name) => ({
          ...oci,
          annotations: { [NAME_ANNOTATION]: name, [REF_ANNOTATION]: name },
        })),
      });
      await packFile(pack, fileHeader("index.json", index), index);
    }
    const copied = new Set<string>();
    for await (const { header, content } of readTar(source)) {
      const name = entryName(header);
      if (!wanted.has(name) || copied.has(name)) continue;
      copied.add(name);
      const kept: NewHeader = { ...header, name, mtime: EPOCH, uid: 0, gid: 0, uname: "", gname: "" };
      await Promise.race([packStream(pack, kept, content), failure.then(rethrow)]);
    }
    const missing = [...wanted].find((name) => !copied.has(name));
    if (missing) throw new Error(`the archive lacks ${missing}`);
    pack.finalize();
    await written;
  } catch (error) {
    pack.destroy();
    await failure;
    throw error;
  }
}

interface Metadata {
  readonly metadata: ReadonlyMap<string, Buffer>;
  /** Symbolic links by their target: older engines save a layer once and link to it. */
  readonly links: ReadonlyMap<string, string>;
}

async function readMetadata(source: string): Promise<Metadata> {
  const metadata = new Map<string, Buffer>();
  const links = new Map<string, string>();
  for await (const { header, content } of readTar(source)) {
    const name = entryName(header);
    if (header.type === "symlink") links.set(name, resolveLink(name, header.linkname ?? ""));
    else if (header.type === "file" && (header.size ?? 0) <= METADATA_LIMIT && !name.endsWith(".tar"))
      metadata.set(name, await readAll(content));
  }
  return { metadata, links };
}

/** The OCI manifest with this config, through nested indexes; undefined in an archive of Docker's older format. */
function findOciManifest(metadata: Metadata["metadata"], config: string | undefined): Descriptor | undefined {
  if (!config || !metadata.has("index.json") || !metadata.has("oci-layout")) return undefined;
  const queue = [...indexSchema.parse(json(metadata, "index.json")).manifests];
  for (const descriptor of queue) {
    const path = blobPath(descriptor.digest);
    if (!metadata.has(path)) continue;
    const nested = indexSchema.safeParse(json(metadata, path));
    if (nested.success) queue.push(...nested.data.manifests);
    const manifest = ociManifestSchema.safeParse(json(metadata, path));
    if (manifest.success && manifest.data.config.digest === config) {
      const { annotations: _, ...rest } = descriptor;
      return rest;
    }
  }
  return undefined;
}

function json(metadata: Metadata["metadata"], name: string): unknown {
  const content = metadata.get(name);
  if (!content) throw new Error(`the archive lacks ${name}`);
  return JSON.parse(content.toString("utf8"));
}

function fileHeader(name: string, content: string): NewHeader {
  return { name, size: Buffer.byteLength(content), mode: 0o644, mtime: EPOCH };
}

function entryName(header: TarEntry["header"]): string {
  return header.name.replace(/^\.\//, "").replace(/\/$/, "");
}

function resolveLink(link: string, target: string): string {
  return new URL(target, `file:///${link}`).pathname.slice(1);
}

/** `sha256:abc` of `blobs/sha256/abc` or `abc.json`. */
function blobDigest(path: string): string | undefined {
  const hex = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(path)?.[1];
  return hex && `sha256:${hex}`;
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

function rethrow(error: unknown): never {
  throw error;
}
