import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type Dockerode from "dockerode";
import type { Progress } from "../progress.ts";
import type { Run } from "../run.ts";
import { answered, connectEngine } from "./connect.ts";
import { discoverEngine } from "./discover.ts";
import { type EngineFacts, engineFacts } from "./facts.ts";
import { ensureInstalled } from "./install.ts";
import {
  describeRemoved,
  findAbandoned,
  type KillContainer,
  markKept,
  removeAllOf,
  removedInTime,
  removeOwned,
} from "./leftovers.ts";
import { joinPrivateEngine, type PrivateEngine } from "./private-engine.ts";
import { isPrivateEngine } from "./private-folders.ts";
import { decideRyuk } from "./ryuk.ts";
import { onInterrupt } from "./signals.ts";
import { requireTemporaryFolder } from "./temporary-folder.ts";

/** How long a daemon that the system starts after its installation may take. */
const SYSTEM_DAEMON_MS = 3_000;

/** The container engine that everything runs on. Disposing of it removes what the run left there. */
export interface Engine extends AsyncDisposable, EngineFacts {
  /** Started by us for our runs, and stopped with the last of them. */
  readonly private: boolean;
  /** Value of DOCKER_HOST for other processes of the run. */
  readonly dockerHost: string;
  /** Address at which published ports are reached. */
  readonly host: string;
  /** For work with images. */
  readonly docker: Dockerode;
  /** Lets what the run made live on after it: disposing, and the clean-up of later runs, spare it. */
  keep(): Promise<void>;
}

/** What {@link openEngine} needs. */
export interface EngineOptions {
  readonly run: Run;
  readonly progress: Progress;
  /** What the run makes is to live on after it: then Ryuk, which would remove it, stays away. */
  readonly keep?: boolean;
  /** Read for settings, and told what Testcontainers, here and in child processes, has to know. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Finds the container engine that Testcontainers will use, or starts a private one; then removes what dead runs left.
 * @throws {Problem} when there is none and none can be started, or the one that the user named does not answer
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { run, progress, keep = false, env = process.env } = options;
  if (keep) env.TESTCONTAINERS_RYUK_DISABLED = "true";
  requireTemporaryFolder();
  const opening = open(run, progress, env);
  // A signal that comes before the engine is there has to wait for it, or nobody would stop it.
  const close = async () => (await opening.catch(() => undefined))?.[Symbol.asyncDispose]();
  const interruption = onInterrupt(close);
  try {
    const engine = await opening;
    await removeLeftovers(engine, progress);
    return {
      ...engine,
      async [Symbol.asyncDispose]() {
        await engine[Symbol.asyncDispose]();
        interruption[Symbol.dispose]();
      },
    };
  } catch (error) {
    try {
      await close();
    } catch (second) {
      // What went wrong first is what is told; the next run removes what is left.
      progress.note(`  ${(second as Error).message}`);
    } finally {
      interruption[Symbol.dispose]();
    }
    throw error;
  }
}

/** An engine that was found, or ours; of ours, containers can be ended from outside. */
type OpenedEngine = Engine & { readonly kill: KillContainer | undefined };

/** Removes what dead runs left on this engine. */
async function removeLeftovers({ docker, kill }: OpenedEngine, progress: Progress): Promise<void> {
  const removal = async () => removeOwned(docker, await findAbandoned(docker), kill);
  const removed = describeRemoved(
    await removedInTime(removal(), "what an earlier run left", "Restart the engine, and run it again."),
  );
  if (removed) progress.note(`Removed what an earlier run left: ${removed}`);
}

async function open(run: Run, progress: Progress, env: NodeJS.ProcessEnv): Promise<OpenedEngine> {
  const found = await findOrStart(run, progress, env);
  const own = typeof found === "string" ? undefined : found;
  try {
    const dockerHost = own?.dockerHost ?? String(found);
    const client = await connectEngine(dockerHost);
    const docker = client.container.dockerode;
    // For workers, which ask the engine without Testcontainers. Only now: Testcontainers has found it in its own way,
    // and would take a path with a blank or an accent in DOCKER_HOST for another one. On Windows both look there alone.
    if (!dockerHost.startsWith("npipe:")) env.DOCKER_HOST = dockerHost;
    const facts = await answered(dockerHost, engineFacts(docker));
    await decideRyuk(docker, { name: facts.name, dockerHost }, env);
    let kept = false;
    let closing: Promise<void> | undefined;
    return {
      ...facts,
      private: own !== undefined,
      dockerHost,
      host: client.info.containerRuntime.host,
      docker,
      kill: own?.killContainer,
      async keep() {
        await markKept(docker, run);
        own?.keep();
        kept = true;
      },
      async [Symbol.asyncDispose]() {
        if (kept) return;
        closing ??= close(docker, run, own);
        await closing;
      },
    };
  } catch (error) {
    await own?.leave();
    throw error;
  }
}

/** DOCKER_HOST of an engine that runs already, or a private engine. */
async function findOrStart(
  run: Run,
  progress: Progress,
  env: NodeJS.ProcessEnv,
): Promise<string | PrivateEngine> {
  // A process that belongs to a run of ours finds the private engine in its environment.
  const inherited = env.DOCKER_HOST !== undefined && isPrivateEngine(env.DOCKER_HOST);
  const found = inherited
    ? undefined
    : ((await discoverEngine(env, progress)) ?? (await installEngine(progress, env)));
  if (found) return found;
  const engine = await progress.step("Starting a private container engine", () => joinPrivateEngine(run));
  env.DOCKER_HOST = engine.dockerHost;
  env.TESTCONTAINERS_HOST_OVERRIDE ??= "127.0.0.1";
  return engine;
}

/** DOCKER_HOST of the daemon that the system started after the installation, if it did. */
async function installEngine(progress: Progress, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const installed = await ensureInstalled(progress, env);
  if (!installed || !existsSync("/run/systemd/system")) return undefined;
  const deadline = performance.now() + SYSTEM_DAEMON_MS;
  while (performance.now() < deadline) {
    const found = await discoverEngine(env, progress);
    if (found) return found;
    await sleep(100);
  }
  return undefined;
}

async function close(docker: Dockerode, run: Run, own: PrivateEngine | undefined): Promise<void> {
  try {
    const removal = removeAllOf(docker, run, own?.killContainer);
    await removedInTime(removal, "what this run made", "The next run removes it, or npm run clean.");
  } catch (problem) {
    // A private engine that died is cleaned up from outside.
    if (!own) throw problem;
  } finally {
    await own?.leave();
  }
}
