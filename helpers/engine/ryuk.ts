import { createHash } from "node:crypto";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { ImageName } from "testcontainers";
import { readLock } from "../images/lock.ts";
import { cacheFolder } from "../paths.ts";

/** A registry that is silent for so long is taken for unreachable. */
const SILENCE_MS = 5_000;
/** How long a registry is not asked again after that. */
const MEMORY_MS = 10 * 60_000;

/**
 * Whether Testcontainers' Ryuk can clean up after us: its image is there or can be pulled. If not, tells Testcontainers
 * in `env` to do without.
 */
export async function decideRyuk(
  docker: Dockerode,
  engine: { readonly name: "docker" | "podman"; readonly dockerHost: string },
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  if (env.TESTCONTAINERS_RYUK_DISABLED === "true") return false;
  // Podman denies Ryuk its socket, unless the user has arranged for that.
  const denied = engine.name === "podman" && env.TESTCONTAINERS_RYUK_PRIVILEGED !== "true";
  const image = ImageName.fromString(env.RYUK_CONTAINER_IMAGE || readLock().ryuk.pull).string;
  const possible =
    !denied &&
    ((await hasImage(docker, image)) ||
      (env.IMAGES !== "build" && (await pull(docker, image, engine.dockerHost))));
  if (!possible) env.TESTCONTAINERS_RYUK_DISABLED = "true";
  return possible;
}

async function hasImage(docker: Dockerode, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch {
    return false;
  }
}

async function pull(docker: Dockerode, image: string, dockerHost: string): Promise<boolean> {
  const memory = memoryOf(dockerHost);
  if (age(memory) < MEMORY_MS) return false;
  try {
    await pullUnlessSilent(docker, image);
    rmSync(memory, { force: true });
    return true;
  } catch {
    writeFileSync(memory, "");
    return false;
  }
}

/** A file that is as old as the last failure. What one engine can't reach another may. */
function memoryOf(dockerHost: string): string {
  const engine = createHash("sha256").update(dockerHost).digest("hex").slice(0, 12);
  return join(cacheFolder("ryuk"), engine);
}

async function pullUnlessSilent(docker: Dockerode, image: string): Promise<void> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error("silent")), SILENCE_MS);
  try {
    const output = (await docker.pull(image, { abortSignal: abort.signal })) as Readable;
    abort.signal.addEventListener("abort", () => output.destroy(new Error("silent")));
    for await (const chunk of output) {
      timer.refresh();
      // An error comes as one more message of a stream that began well.
      const failure = String(chunk)
        .split("\n")
        .find((line) => line.includes('"error"'));
      if (failure) throw new Error(failure);
    }
  } finally {
    clearTimeout(timer);
  }
}

function age(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
