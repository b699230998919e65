import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Run } from "../run.ts";
import { hashOf } from "./hash.ts";
import { concernsRegistry, type PullFailure } from "./pull-failure.ts";

/** How long a registry that couldn't be reached is not asked again by later runs, in milliseconds. */
const REMEMBER_MS = 10 * 60 * 1000;

const rememberedSchema = z.object({
  kind: z.enum(["refused", "hanging", "unreachable", "rate-limited", "broken"]),
  registry: z.string(),
  line: z.string(),
  at: z.number(),
  /** The process that found it out. */
  by: z.string(),
});

/** What {@link Registries} needs besides a folder. */
export interface RegistriesOptions {
  /** Address of the engine that pulls: another one may reach what this one doesn't. */
  readonly engine: string;
  readonly run: Run;
  /** If not, what was found out before is not heeded (but written down all the same). */
  readonly remember: boolean;
}

/**
 * Knows which registries can't be reached by an engine, so that each is asked once only: in this run, and for some
 * minutes by others. The first question to a registry is asked alone; the others wait for how it ends.
 */
export class Registries {
  readonly #folder: string;
  readonly #options: RegistriesOptions;
  readonly #down = new Map<string, PullFailure>();
  readonly #first = new Map<string, Promise<unknown>>();

  constructor(cache: string, options: RegistriesOptions) {
    this.#folder = join(cache, "registries");
    this.#options = options;
  }

  /**
   * Asks `registry` by way of `question`, unless it is known to be out of reach.
   * `say` is given the one line about a registry that is, when it is found out.
   */
  async ask(
    registry: string,
    question: () => Promise<PullFailure | undefined>,
    say: (line: string) => void,
  ): Promise<PullFailure | undefined> {
    const first = this.#first.get(registry);
    if (first) {
      await first;
      return this.#down.get(registry) ?? (await this.#answer(registry, question, say));
    }
    const asked = this.#recall(registry, say).then((known) => known ?? this.#answer(registry, question, say));
    this.#first.set(
      registry,
      asked.catch(() => undefined),
    );
    return asked;
  }

  async #answer(
    registry: string,
    question: () => Promise<PullFailure | undefined>,
    say: (line: string) => void,
  ): Promise<PullFailure | undefined> {
    const failure = await question();
    if (failure && concernsRegistry(failure)) {
      if (!this.#down.has(registry)) say(`${failure.line}; it is not asked again in this run`);
      await this.#noteDown(registry, failure);
    } else await rm(this.#file(registry), { force: true });
    return failure;
  }

  async #noteDown(registry: string, failure: PullFailure): Promise<void> {
    this.#down.set(registry, failure);
    await mkdir(this.#folder, { recursive: true });
    await this.#write(registry, failure, Date.now());
  }

  async #write(registry: string, failure: PullFailure, at: number): Promise<void> {
    await writeFile(this.#file(registry), JSON.stringify({ ...failure, at, by: this.#process }));
  }

  async #recall(registry: string, say: (line: string) => void): Promise<PullFailure | undefined> {
    if (!this.#options.remember) return undefined;
    try {
      const { at, by, ...failure } = rememberedSchema.parse(
        JSON.parse(await readFile(this.#file(registry), "utf8")),
      );
      const age = Date.now() - at;
      if (age < 0 || age > REMEMBER_MS) return undefined;
      this.#down.set(registry, failure);
      if (by !== this.#process) {
        say(`${failure.line} (found out ${Math.round(age / 60_000)} min ago; IMAGES=pull asks again)`);
        // Said once: the next step of this run finds it as its own.
        await this.#write(registry, failure, at);
      }
      return failure;
    } catch {
      return undefined;
    }
  }

  /** What it found out, it has said. */
  get #process(): string {
    const { machine, pid, startTime } = this.#options.run;
    return [machine, pid, startTime].join("-");
  }

  #file(registry: string): string {
    const name = registry.replaceAll(/[^A-Za-z0-9.]+/g, "-");
    return join(this.#folder, `${name}-${hashOf([registry, this.#options.engine])}.json`);
  }
}
