import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readdir, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { pack as newPack } from "tar-stream";
import { describe, expect, test } from "vitest";
import { renameArchive } from "./archive.ts";
import { packFile, readAll, readTar } from "./tar.ts";
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
    await writeTar(source, files);
    await truncate(source, 700);
    await expect(renameArchive(source, join(folder.path, "target.tar"), [NAME])).rejects.toThrow(
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

type Files = Readonly<Record<string, string | { readonly link: string }>>;

async function rename(folder: string, files: Files): Promise<Record<string, string>> {
  const source = join(folder, "source.tar");
  const target = join(folder, "target.tar");
  await writeTar(source, files);
  await renameArchive(source, target, [NAME]);
  expect(await readdir(folder)).toHaveLength(2);
  return readFiles(target);
}

async function writeTar(file: string, files: Files): Promise<void> {
  const pack = newPack();
  const written = pipeline(pack, createWriteStream(file));
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === "string") await packFile(pack, { name }, content);
    else await packFile(pack, { name, type: "symlink", linkname: content.link }, "");
  }
  pack.finalize();
  await written;
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
