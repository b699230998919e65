/** What was promised of the figures: as parts of what else takes, or in seconds. */
export const TARGETS = { boot: 1.3, chainsaw: 0.6, peer: 1, suite: 60 } as const;

/** What was promised of our time for the five checks, as a part of a peer's. */
export function targetBeside(peer: string): number {
  return peer === "chainsaw" ? TARGETS.chainsaw : TARGETS.peer;
}
