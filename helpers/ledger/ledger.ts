import { z } from "zod";
import { claimId, outcome, recordHead } from "../record.ts";

/** Version of the shape below. A reader refuses a newer one. */
export const LEDGER_SCHEMA = 1;

const claim = z.strictObject({
  id: claimId,
  outcome: outcome.exclude(["error"]),
  /** Why there is no verdict. */
  reason: z.string().optional(),
  /** What was judged, normalised; nothing when it could not be asked or looked at. */
  observed: z.json().optional(),
});

/**
 * What was seen on one kind of ground: a distribution in a version, with a runtime and a cgroup version. Two recordings
 * of the same world differ in their heads only. What a chapter expects is not in it: the ledger says what was, never
 * what is red.
 */
const ledger = z.strictObject({
  schema: z.literal(LEDGER_SCHEMA),
  head: recordHead.omit({ boot: true, recordedAt: true }).extend({
    /** When each chapter was recorded: they need not be recorded together. */
    recordedAt: z.record(z.string(), z.iso.datetime()),
  }),
  chapters: z.array(z.strictObject({ id: z.string(), claims: z.array(claim) })),
});

/** The shape of a ledger's file; every chapter and every claim is in it once. */
export const ledgerSchema = ledger.superRefine(({ chapters }, context) => {
  const ids = chapters.flatMap(({ id, claims }) => [id, ...claims.map((told) => told.id)]);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  for (const id of new Set(twice)) context.addIssue({ code: "custom", message: `${id} is in it twice` });
});

export type Ledger = z.infer<typeof ledger>;
export type LedgerHead = Ledger["head"];
export type LedgerClaim = z.infer<typeof claim>;

/** What an outcome belongs to, beside the claim. */
export type LedgerGround = Pick<LedgerHead, "distribution" | "kubernetes" | "runtime" | "cgroup">;

/** The name of a ground's files, without their endings: `offline-node-v1.36.3-containerd-cgroup-v1`. */
export function groundName({ distribution, kubernetes, runtime, cgroup }: LedgerGround): string {
  return `${distribution}-${kubernetes}-${runtime}-cgroup-v${cgroup}`.replaceAll(/[^\w.-]+/g, "-");
}
