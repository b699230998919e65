import { z } from "zod";
import { type NewHeader, packFile, packStream, readAll, readTar, type TarEntry, writeTar } from "./tar.ts";

/** Metadata files are small; anything larger in an archive is a layer. */
const METADATA_LIMIT = 4 << 20;
const EPOCH = new Date(0);
const NAME_ANNOTATION = "io.containerd.image.name";
const REF_ANNOTATION = "org.opencontainers.image.ref.name";

const imageSchema = z.looseObject({ Config: z.string(), Layers: z.array(z.string()) });
const configSchema = z.looseObject({ architecture: z.string().optional() });
const descriptorSchema = z.looseObject({ mediaType: z.string().optional(), digest: z.string() });
const indexSchema = z.looseObject({ manifests: z.array(descriptorSchema) });
const ociManifestSchema = z.looseObject({ config: descriptorSchema, layers: z.array(descriptorSchema) });
type Image = z.infer<typeof imageSchema>;
type Descriptor = z.infer<typeof descriptorSchema>;

/** An image in an archive in the OCI layout, all of which is in it. */
interface OciImage {
  readonly descriptor: Descriptor;
  readonly image: Image;
}

/**
 * Copies the archive of an image (as an engine saves it) under other names: those in `names`, in full, and no others.
 * Only what the image for `architecture` needs is copied: attestations and other platforms' manifests, which a pull of
 * an image for many platforms brings, are left out, since importers stop at references to what is not in the archive.
 */
export async function renameArchive(
  source: string,
  target: string,
  names: readonly string[],
  architecture: string,
): Promise<void> {
  const contents = await readContents(source);
  const ociImages = findOciImages(contents);
  const image = chooseImage(contents, ociImages, architecture);
  const oci = ociImages.find((candidate) => candidate.image.Config === image.Config);
  const wanted = new Set([image.Config, ...image.Layers]);
  if (oci) {
    wanted.add("oci-layout").add(blobPath(oci.descriptor.digest));
    for (const layer of oci.image.Layers) wanted.add(layer);
  }
  for (const [link, destination] of contents.links) if (wanted.has(link)) wanted.add(destination);

  await writeTar(target, async (pack) => {
    const manifest = JSON.stringify([{ ...image, RepoTags: names }]);
    await packFile(pack, fileHeader("manifest.json", manifest), manifest);
    if (oci) {
      const index = JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.index.v1+json",
        manifests: names.map((name) => ({
          ...oci.descriptor,
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
      await packStream(pack, kept, content);
    }
    const missing = [...wanted].find((name) => !copied.has(name));
    if (missing) throw new Error(`the archive lacks ${missing}`);
  });
}

interface Contents {
  readonly names: ReadonlySet<string>;
  readonly metadata: ReadonlyMap<string, Buffer>;
  /** Symbolic links by their target: older engines save a layer once and link to it. */
  readonly links: ReadonlyMap<string, string>;
}

async function readContents(source: string): Promise<Contents> {
  const names = new Set<string>();
  const metadata = new Map<string, Buffer>();
  const links = new Map<string, string>();
  for await (const { header, content } of readTar(source)) {
    const name = entryName(header);
    names.add(name);
    if (header.type === "symlink") links.set(name, resolveLink(name, header.linkname ?? ""));
    else if (header.type === "file" && (header.size ?? 0) <= METADATA_LIMIT && !name.endsWith(".tar"))
      metadata.set(name, await readAll(content));
  }
  return { names, metadata, links };
}

/** The image for `architecture`, of those that the archive says it has and those that are whole in it. */
function chooseImage({ metadata }: Contents, ociImages: readonly OciImage[], architecture: string): Image {
  const listed = metadata.has("manifest.json")
    ? z.array(imageSchema).parse(json(metadata, "manifest.json"))
    : [];
  const images = [...listed, ...ociImages.map(({ image }) => image)];
  const [first] = images;
  if (!first) throw new Error("the archive has no image");
  const architectures = images.map(({ Config }) => configSchema.parse(json(metadata, Config)).architecture);
  const chosen = images[architectures.indexOf(architecture)];
  if (chosen) return chosen;
  const known = architectures.filter((name) => name !== undefined);
  if (known.length === 0) return first;
  throw new Error(`the archive has no image for ${architecture}, only for ${[...new Set(known)].join(", ")}`);
}

/** The images that are whole in an archive in the OCI layout, through nested indexes; none in Docker's older format. */
function findOciImages({ names, metadata }: Contents): OciImage[] {
  if (!metadata.has("index.json") || !metadata.has("oci-layout")) return [];
  const found: OciImage[] = [];
  const queue = [...indexSchema.parse(json(metadata, "index.json")).manifests];
  for (const descriptor of queue) {
    const path = blobPath(descriptor.digest);
    if (!metadata.has(path)) continue;
    const nested = indexSchema.safeParse(json(metadata, path));
    if (nested.success) queue.push(...nested.data.manifests);
    const manifest = ociManifestSchema.safeParse(json(metadata, path));
    if (!manifest.success) continue;
    const { config, layers } = manifest.data;
    const image = { Config: blobPath(config.digest), Layers: layers.map(({ digest }) => blobPath(digest)) };
    if (![image.Config, ...image.Layers].every((name) => names.has(name))) continue;
    const { annotations: _, ...rest } = descriptor;
    found.push({ descriptor: rest, image });
  }
  return found;
}

function json(metadata: Contents["metadata"], name: string): unknown {
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

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}
