import type { Engine } from "../engine/engine.ts";
import type { Progress } from "../progress.ts";
import type { Run } from "../run.ts";
import type { Lock } from "./lock.ts";
import type { Registries } from "./registries.ts";

/** Where images may come from: `IMAGES=pull|build` forces one way. */
export type Policy = "auto" | "pull" | "build";

/** What every step that provides images needs to know. */
export interface Context {
  readonly engine: Engine;
  /** Owns the containers that images are asked in. */
  readonly run: Run;
  readonly progress: Progress;
  readonly lock: Lock;
  readonly policy: Policy;
  /** Folder in which everything about images is kept between runs. */
  readonly cache: string;
  /** Registry that images are pulled from in place of their own, `localhost:5000` say. */
  readonly mirror: string | undefined;
  readonly registries: Registries;
  readonly signal: AbortSignal | undefined;
}
