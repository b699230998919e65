import type { Engine } from "../engine/engine.ts";
import { cacheFolder } from "../paths.ts";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import { type Run, thisRun } from "../run.ts";
import type { Context, Policy } from "./context.ts";
import { type Lock, readLock } from "./lock.ts";
import { parseReference } from "./reference.ts";
import { Registries } from "./registries.ts";

/** What {@link provideNodeImage} and {@link provideImages} share. */
export interface ProvideOptions {
  readonly engine: Engine;
  readonly progress: Progress;
  /** Whose containers images are asked in; a run of this process unless given. */
  readonly run?: Run;
  /** `IMAGES` unless given. */
  readonly policy?: Policy;
  readonly signal?: AbortSignal;
  /** Read for `IMAGES` and `REGISTRY_MIRROR`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where images are kept between runs. */
  readonly cache?: string;
  /** What is pinned; the lock file unless given. */
  readonly lock?: Lock;
}

/** Reads IMAGES and REGISTRY_MIRROR, before anything is started. @throws {Problem} when one means nothing */
export function checkImageOptions(env: NodeJS.ProcessEnv): void {
  policyOf(env);
  mirrorOf(env);
}

/** What steps need to know, from what was asked for and the environment. */
export function contextOf(options: ProvideOptions): Context {
  const { engine, progress, signal, env = process.env, run = thisRun() } = options;
  const { policy = policyOf(env), cache = cacheFolder("images"), lock = readLock() } = options;
  return {
    engine,
    run,
    progress,
    signal,
    lock,
    policy,
    cache,
    mirror: mirrorOf(env),
    registries: new Registries(cache, { engine: engine.dockerHost, run, remember: policy !== "pull" }),
  };
}

function mirrorOf({ REGISTRY_MIRROR: mirror }: NodeJS.ProcessEnv): string | undefined {
  if (!mirror) return undefined;
  try {
    const { registry } = parseReference(`${mirror.replace(/\/+$/, "")}/x`);
    if (registry !== "docker.io") return mirror;
  } catch {
    // Told below, like a name that isn't a registry's.
  }
  throw new Problem(
    `REGISTRY_MIRROR=${mirror} is not a registry`,
    "set it to a host and port without a scheme, such as localhost:5000",
  );
}

/** What `IMAGES` says. */
function policyOf(env: NodeJS.ProcessEnv): Policy {
  const { IMAGES = "" } = env;
  if (IMAGES === "" || IMAGES === "auto") return "auto";
  if (IMAGES === "pull" || IMAGES === "build") return IMAGES;
  throw new Problem(`IMAGES=${IMAGES} means nothing`, "set it to pull or build, or unset it");
}
