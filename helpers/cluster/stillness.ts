import type { V1Pod } from "@kubernetes/client-node";
import { isBeingMade, isWaitingForRoom } from "./pod-state.ts";

/** After how long without any change nothing will change any more while containers are being made, in milliseconds. */
const STILL_MAKING_MS = 120_000;

/** As how long a pause between two looks counts at most, in milliseconds. */
const LONGEST_MS = 2_000;

/** What is looked at to see whether anything changes. */
interface Seen {
  readonly pods: readonly V1Pod[];
  readonly unready: readonly { readonly status?: unknown }[];
}

/** Tells when nothing changes any more. */
export class Stillness {
  readonly #stillMs: number;
  #state = "";
  #looked = performance.now();
  /** For how long nothing has changed, in milliseconds. */
  #still = 0;

  /** `stillMs` is after how long without any change, in milliseconds; where containers are being made it is 120 seconds. */
  constructor(stillMs: number) {
    this.#stillMs = stillMs;
  }

  /** Whether nothing has changed for so long; to be asked with each look. */
  lasts({ pods, unready }: Seen): boolean {
    const now = performance.now();
    // While the cluster does not answer, nobody knows what changes.
    const since = Math.min(now - this.#looked, LONGEST_MS);
    this.#looked = now;
    const state = JSON.stringify([pods.map(({ status }) => status), unready.map(({ status }) => status)]);
    this.#still = state === this.#state ? this.#still + since : 0;
    this.#state = state;
    // Others will go and make room: the node takes 110 Pods, and mutants of several chapters share it.
    if (pods.some(isWaitingForRoom)) return false;
    return this.#still > (pods.some(isBeingMade) ? STILL_MAKING_MS : this.#stillMs);
  }
}
