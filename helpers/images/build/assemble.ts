import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pack as newPack, type Pack } from "tar-stream";
import { Problem } from "../../problem.ts";
import type { Context } from "../context.ts";
import { sha256 } from "../seal.ts";
import { packFile, packStream } from "../tar.ts";
import type { Recipe } from "./recipe.ts";

const EPOCH = new Date(0);
const CREATED = "1970-01-01T00:00:00Z";

/** An image's layers and how it is to be run. */
export interface ImageParts {
  readonly name: string;
  /** Layer archives, the lowest first. */
  readonly layers: readonly string[];
  readonly config: Recipe["image"];
  readonly labels: Readonly<Record<string, string>>;
}

/** Puts an image together and gives it to the engine. The same parts make the same image, bit for bit. */
export async function loadImage(context: Context, image: ImageParts): Promise<void> {
  const digests = await Promise.all(image.layers.map(sha256));
  const config = JSON.stringify(imageConfig(image, digests, context.engine.architecture));
  const configName = `${createHash("sha256").update(config).digest("hex")}.json`;
  const layerNames = digests.map((digest) => `${digest}/layer.tar`);
  const manifest = JSON.stringify([{ Config: configName, RepoTags: [image.name], Layers: layerNames }]);

  const pack = newPack();
  const packed = (async () => {
    await addText(pack, configName, config);
    for (const [index, layer] of image.layers.entries()) {
      const { size } = await stat(layer);
      await packStream(pack, { name: layerNames[index] ?? "", size, mtime: EPOCH }, createReadStream(layer));
    }
    await addText(pack, "manifest.json", manifest);
    pack.finalize();
  })();
  packed.catch((error: Error) => pack.destroy(error));
  const loaded = load(context, pack, image.name);
  await Promise.all([packed, loaded]).catch(async (error: unknown) => {
    // The engine's answer tells more than that it stopped reading.
    await loaded;
    throw error;
  });
}

async function load(context: Context, archive: Pack, name: string): Promise<void> {
  try {
    const { signal } = context;
    const stream = await context.engine.docker.loadImage(archive as unknown as NodeJS.ReadableStream, {
      quiet: true,
      ...(signal && { abortSignal: signal }),
    });
    let answer = "";
    for await (const chunk of stream) answer += chunk.toString("utf8");
    const error = /"error":"([^"]*)"/.exec(answer)?.[1];
    if (error) throw new Error(error);
  } catch (error) {
    context.signal?.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    const remedy = /no space left/i.test(message)
      ? "free some space on the engine's disk (docker system df shows what takes it) and run it again"
      : "run it again; what was built is kept";
    throw new Problem(`the engine didn't accept ${name}: ${message}`, remedy, { cause: error });
  }
}

function imageConfig(image: ImageParts, digests: readonly string[], architecture: string): unknown {
  const { entrypoint, cmd, env, volumes, expose, user, workdir } = image.config;
  return {
    architecture,
    os: "linux",
    created: CREATED,
    config: {
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      Labels: image.labels,
      ...(entrypoint && { Entrypoint: entrypoint }),
      ...(cmd && { Cmd: cmd }),
      ...(user && { User: user }),
      ...(workdir && { WorkingDir: workdir }),
      ...(volumes.length > 0 && { Volumes: asSet(volumes) }),
      ...(expose.length > 0 && { ExposedPorts: asSet(expose) }),
    },
    rootfs: { type: "layers", diff_ids: digests.map((digest) => `sha256:${digest}`) },
    history: digests.map(() => ({ created: CREATED, created_by: "proven-tutorial" })),
  };
}

function asSet(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

function addText(pack: Pack, name: string, text: string): Promise<void> {
  return packFile(pack, { name, size: Buffer.byteLength(text), mtime: EPOCH }, text);
}
