import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../engine/engine.ts";
import { lineProgress, type Progress } from "../../progress.ts";
import { thisRun } from "../../run.ts";
import type { Context } from "../context.ts";
import { readLock } from "../lock.ts";
import { Registries } from "../registries.ts";

/** A folder that is removed with the test. */
export interface TestFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes a {@link TestFolder}. */
export async function testFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), "images-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Progress that is kept, to look at what was said. */
export function keptProgress(): Progress & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return { ...lineProgress((line) => lines.push(line)), lines };
}

/** What steps need, for parts that never ask the engine anything unless one is given. */
export function testContext(cache: string, overrides: Partial<Context> = {}): Context {
  const run = thisRun();
  return {
    run,
    registries: new Registries(cache, { engine: "none", run, remember: true }),
    engine: { architecture: "amd64", dockerHost: "none" } as Engine,
    progress: keptProgress(),
    lock: readLock(),
    policy: "auto",
    cache,
    mirror: undefined,
    signal: undefined,
    ...overrides,
  };
}
