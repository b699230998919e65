import { createHash } from "node:crypto";

const DIGITS = 16;

/** A short hash of several texts, in which none can run into the next. */
export function hashOf(inputs: readonly string[]): string {
  const hash = createHash("sha256");
  for (const input of inputs) hash.update(`${Buffer.byteLength(input)}:${input}`);
  return hash.digest("hex").slice(0, DIGITS);
}
