import { createHash } from "node:crypto";
import { readdir, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renameArchive } from "./archive.ts";
import { packFile, readAll, readTar, writeTar } from "./tar.ts";
import { testFolder } from "./testing/context.ts";

const NAME = "docker.io/traefik/whoami:latest";

describe("an archive in Docker's older format", () => {
  const config = JSON.stringify({ rootfs: {} });
  const files = {
    [`${hex(config)}.json`]: config,
    "one/layer.tar": "layer one",
    "one/VERSION": "1.0",
    "two/layer.tar": { link: "../one/layer.tar" },
    repositories: "{}",
    "manifest.json": JSON.stringify([
      { Config: `${hex(config)}.json`, RepoTags: ["other:1"], Layers: ["one/layer.tar", "two/layer.tar"] },
    ]),
  };

  test("is renamed, with its layers and links and nothing else", async () => {
    await using folder = await testFolder();
    const renamed = await rename(folder.path, files);
    expect(renamed).toEqual({
      "manifest.json": JSON.stringify([
        { Config: `${hex(config)}.json`, Layers: ["one/layer.tar", "two/layer.tar"], RepoTags: [NAME] },
      ]),
      [`${hex(config)}.json`]: config,
      "one/layer.tar": "layer one",
      "two/layer.tar": "-> ../one/layer.tar",
    });
  });

  test("is the same bytes every time", async () => {
    await using folder = await testFolder();
    await rename(folder.path, files);
    const first = await readFile(join(folder.path, "target.tar"));
    await rename(folder.path, files);
    expect(await readFile(join(folder.path, "target.tar"))).toEqual(first);
  });

  test("that was cut short is refused", async () => {
    await using folder = await testFolder();
    const source = join(folder.path, "source.tar");
    await writeFiles(source, files);
    await truncate(source, 700);
    await expect(renameArchive(source, join(folder.path, "target.tar"), [NAME], "amd64")).rejects.toThrow(
      /Unexpected end|lacks/,
    );
  });

  test("that lacks a layer is refused", async () => {
    await using folder = await testFolder();
    const { "one/layer.tar": _, ...rest } = files;
    await expect(rename(folder.path, rest)).rejects.toThrow("the archive lacks one/layer.tar");
  });
});

describe("an archive in the OCI layout", () => {
  const config = JSON.stringify({ architecture: "amd64" });
  const layer = "a layer";
  const manifest = JSON.stringify({
    config: { digest: `sha256:${hex(config)}` },
    layers: [{ digest: `sha256:${hex(layer)}` }],
  });
  const attestation = JSON.stringify({ config: { digest: `sha256:${hex("?")}` }, layers: [] });
  const nested = JSON.stringify({
    manifests: [
      { digest: `sha256:${hex(attestation)}`, platform: { os: "unknown" } },
      { digest: `sha256:${hex("arm64, which is not in the archive")}` },
      {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        digest: `sha256:${hex(manifest)}`,
        size: manifest.length,
      },
    ],
  });
  const blobs = Object.fromEntries(
    [config, layer, manifest, attestation, nested].map((blob) => [path(blob), blob]),
  );
  const files = {
    ...blobs,
    "index.json": JSON.stringify({
      manifests: [{ digest: `sha256:${hex(nested)}`, annotations: { "io.containerd.image.name": "x" } }],
    }),
    "oci-layout": '{"imageLayoutVersion":"1.0.0"}',
    "manifest.json": JSON.stringify([{ Config: path(config), RepoTags: null, Layers: [path(layer)] }]),
  };

  test("names the one manifest whose content is there, in both places", async () => {
    await using folder = await testFolder();
    const renamed = await rename(folder.path, files);
    expect(Object.keys(renamed).sort()).toEqual(
      ["index.json", "manifest.json", "oci-layout", path(config), path(layer), path(manifest)].sort(),
    );
    expect(JSON.parse(renamed["index.json"] ?? "")).toMatchObject({
      schemaVersion: 2,
      manifests: [
        {
          digest: `sha256:${hex(manifest)}`,
          annotations: { "io.containerd.image.name": NAME, "org.opencontainers.image.ref.name": NAME },
        },
      ],
    });
    expect(JSON.parse(renamed["manifest.json"] ?? "")).toMatchObject([{ RepoTags: [NAME] }]);
  });
});

/** As Docker 28 and later save from their containerd image store what was pulled for many platforms. */
describe("an archive of an image for many platforms", () => {
  const ours = platformImage("amd64");
  const other = platformImage("arm64");
  const attestation = platformImage("unknown");
  const descriptor = ({ manifest, architecture }: PlatformImage, annotations?: object) => ({
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: `sha256:${hex(manifest)}`,
    size: manifest.length,
    platform: { architecture, os: architecture === "unknown" ? "unknown" : "linux" },
    ...(annotations && { annotations }),
  });
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      descriptor(other),
      descriptor(ours),
      descriptor(attestation, { "vnd.docker.reference.type": "attestation-manifest" }),
    ],
  });
  const layout = {
    "oci-layout": '{"imageLayoutVersion":"1.0.0"}',
    "index.json": JSON.stringify({
      schemaVersion: 2,
      manifests: [
        {
          mediaType: "application/vnd.oci.image.index.v1+json",
          digest: `sha256:${hex(index)}`,
          size: index.length,
          annotations: { "io.containerd.image.name": "docker.io/traefik/whoami:v1.11.0" },
        },
      ],
    }),
    [path(index)]: index,
  };
  const listed = ({ config, layer }: PlatformImage) => ({
    Config: path(config),
    RepoTags: ["traefik/whoami:v1.11.0"],
    Layers: [path(layer)],
  });

  test.each([
    ["only ours is there", { ...layout, ...ours.blobs, "manifest.json": JSON.stringify([listed(ours)]) }],
    [
      "all are there, with attestations",
      {
        ...layout,
        ...other.blobs,
        ...ours.blobs,
        ...attestation.blobs,
        "manifest.json": JSON.stringify([listed(ours)]),
      },
    ],
    [
      "several are listed",
      {
        ...layout,
        ...other.blobs,
        ...ours.blobs,
        "manifest.json": JSON.stringify([listed(other), listed(ours)]),
      },
    ],
    [
      "another one's manifest is there, and its layers are not",
      {
        ...layout,
        [path(other.manifest)]: other.manifest,
        ...ours.blobs,
        "manifest.json": JSON.stringify([listed(ours)]),
      },
    ],
    ["it has no list of Docker's", { ...layout, ...other.blobs, ...ours.blobs }],
  ])("is renamed with the engine's platform alone when %s", async (_, files) => {
    await using folder = await testFolder();
    const renamed = await rename(folder.path, files);
    expect(Object.keys(renamed).sort()).toEqual(
      ["index.json", "manifest.json", "oci-layout", ...Object.keys(ours.blobs)].sort(),
    );
    const { manifests } = JSON.parse(renamed["index.json"] ?? "");
    expect(manifests).toEqual([
      descriptor(ours, { "io.containerd.image.name": NAME, "org.opencontainers.image.ref.name": NAME }),
    ]);
    expect(JSON.parse(renamed["manifest.json"] ?? "")).toEqual([{ ...listed(ours), RepoTags: [NAME] }]);
  });

  test("is refused when it has none for the engine's platform", async () => {
    await using folder = await testFolder();
    const files = { ...layout, ...other.blobs, "manifest.json": JSON.stringify([listed(other)]) };
    await expect(rename(folder.path, files)).rejects.toThrow(
      "the archive has no image for amd64, only for arm64",
    );
  });
});

type PlatformImage = ReturnType<typeof platformImage>;

function platformImage(architecture: string) {
  const config = JSON.stringify({ architecture, os: "linux" });
  const layer = `a layer for ${architecture}`;
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { digest: `sha256:${hex(config)}` },
    layers: [{ digest: `sha256:${hex(layer)}` }],
  });
  const blobs = Object.fromEntries([config, layer, manifest].map((blob) => [path(blob), blob]));
  return { architecture, config, layer, manifest, blobs };
}

type Files = Readonly<Record<string, string | { readonly link: string }>>;

async function rename(folder: string, files: Files): Promise<Record<string, string>> {
  const source = join(folder, "source.tar");
  const target = join(folder, "target.tar");
  await writeFiles(source, files);
  await renameArchive(source, target, [NAME], "amd64");
  expect(await readdir(folder)).toHaveLength(2);
  return readFiles(target);
}

function writeFiles(file: string, files: Files): Promise<void> {
  return writeTar(file, async (pack) => {
    for (const [name, content] of Object.entries(files)) {
      if (typeof content === "string") await packFile(pack, { name }, content);
      else await packFile(pack, { name, type: "symlink", linkname: content.link }, "");
    }
  });
}

async function readFiles(file: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { header, content } of readTar(file))
    files[header.name] =
      header.type === "symlink" ? `-> ${header.linkname}` : (await readAll(content)).toString();
  return files;
}

function hex(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

function path(blob: string): string {
  return `blobs/sha256/${hex(blob)}`;
}
