import type Dockerode from "dockerode";
import { getAuthConfig } from "testcontainers/build/container-runtime/auth/get-auth-config.js";
import { answerBefore } from "../wait.ts";
import { failureOf, hangingFailure, type PullFailure } from "./pull-failure.ts";
import { familiarName, parseReference } from "./reference.ts";

/** How long nothing may come before the first byte of a layer, in milliseconds. */
const FIRST_BYTE_MS = 8_000;
/** The same between bytes of layers. */
const BETWEEN_BYTES_MS = 30_000;
/** The same once all layers are there and the engine unpacks them. */
const UNPACKING_MS = 120_000;
/** How long a credential helper may take, in milliseconds: it may ask the user. */
const CREDENTIALS_MS = 60_000;
const MIB = 2 ** 20;

/** How long may pass without progress, in milliseconds. */
export interface PullLimits {
  readonly firstByte: number;
  readonly betweenBytes: number;
  readonly unpacking: number;
}

/** The limits for people's networks. */
const PULL_LIMITS: PullLimits = {
  firstByte: FIRST_BYTE_MS,
  betweenBytes: BETWEEN_BYTES_MS,
  unpacking: UNPACKING_MS,
};

/** Has the engine pull an image. Resolves to why it couldn't; to undefined when it could. */
export async function pull(
  docker: Dockerode,
  image: string,
  options: { update: (detail: string) => void; signal?: AbortSignal | undefined; limits?: PullLimits },
): Promise<PullFailure | undefined> {
  const { registry } = parseReference(image);
  const { update, signal, limits = PULL_LIMITS } = options;
  signal?.throwIfAborted();
  const progress = new PullProgress(limits);
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let limit = limits.firstByte;
  const restart = () => {
    clearTimeout(timer);
    limit = progress.limit;
    timer = setTimeout(() => silence.abort(), limit);
  };
  const abortSignal = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  // Who is logged in wants to know why he is told to log in.
  let noLogin: string | undefined;
  const told = (failure: PullFailure): PullFailure =>
    noLogin ? { ...failure, line: `${failure.line}; asked without your login: ${noLogin}` } : failure;
  try {
    const authconfig = await credentials(registry).catch((error: Error) => {
      noLogin = error.message;
      return undefined;
    });
    signal?.throwIfAborted();
    restart();
    const stream = await docker.createImage(authconfig, {
      fromImage: familiarName(image),
      abortSignal,
    } as Dockerode.AuthConfig);
    for await (const event of events(stream)) {
      if (event.error) return told(failureOf(familiarName(image), registry, event.error));
      if (!progress.add(event)) continue;
      restart();
      update(progress.text);
    }
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (silence.signal.aborted) return told(hangingFailure(registry, Math.round(limit / 1000)));
    const message = error instanceof Error ? error.message : String(error);
    return told(failureOf(familiarName(image), registry, message));
  } finally {
    clearTimeout(timer);
  }
}

interface PullEvent {
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

const DONE = new Set(["Download complete", "Pull complete", "Already exists"]);

class PullProgress {
  readonly #limits: PullLimits;
  readonly #layers = new Map<string, { current: number; total: number; status: string; done: boolean }>();
  #begun = false;

  constructor(limits: PullLimits) {
    this.#limits = limits;
  }

  /** Takes an event in; false when it is a sign of anything but progress. */
  add(event: PullEvent): boolean {
    const { status = "", id, progressDetail } = event;
    if (/^(Retrying|Waiting)/.test(status)) return false;
    if (!id || status.startsWith("Pulling from")) return true;
    const layer = this.#layers.get(id) ?? { current: 0, total: 0, status: "", done: false };
    const { current = 0, total = 0 } = progressDetail ?? {};
    const moved = status !== layer.status || current !== layer.current;
    if (status === "Downloading" || DONE.has(status)) this.#begun = true;
    this.#layers.set(id, {
      current,
      total: Math.max(total, layer.total),
      status,
      done: layer.done || DONE.has(status) || status === "Extracting",
    });
    return moved;
  }

  get limit(): number {
    if (!this.#begun) return this.#limits.firstByte;
    const downloaded = [...this.#layers.values()].every(({ done }) => done);
    return downloaded ? this.#limits.unpacking : this.#limits.betweenBytes;
  }

  get text(): string {
    const layers = [...this.#layers.values()];
    const got = layers.reduce((sum, { current, total, done }) => sum + (done ? total : current), 0);
    const all = layers.reduce((sum, { total }) => sum + total, 0);
    return all === 0 ? "" : `${(got / MIB).toFixed(0)} of ${(all / MIB).toFixed(0)} MiB`;
  }
}

async function* events(stream: NodeJS.ReadableStream): AsyncGenerator<PullEvent> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim()) yield JSON.parse(line) as PullEvent;
  }
  if (rest.trim()) yield JSON.parse(rest) as PullEvent;
}

/**
 * What the user logged in with, if he did: pulls then count on his own limit.
 * @throws {Error} when the helper that knows it fails
 */
async function credentials(registry: string): Promise<Dockerode.AuthConfig | undefined> {
  const key = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
  const known = getAuthConfig(key) as Promise<Dockerode.AuthConfig | undefined>;
  return answerBefore(known, performance.now() + CREDENTIALS_MS);
}
