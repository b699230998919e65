import { z } from "zod";

/** Version of the shape below. A reader refuses a newer one. */
export const RECORD_SCHEMA = 2;

const bilingual = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) });

const step = z.strictObject({
  command: z.string(),
  where: z.enum(["kubectl", "engine", "node", "host", "api"]),
  output: z.string(),
  exitCode: z.int(),
  duration: z.number(),
});

const state = z.enum([
  "waiting",
  "ready",
  "terminating",
  "ended",
  "suspended",
  "active",
  "complete",
  "failed",
  "wanting",
  "idle",
]);

/** What a watch saw of some objects; times are milliseconds since it began. */
const timeline = z.strictObject({
  title: z.string(),
  kind: z.enum(["pods", "jobs", "replicasets"]),
  duration: z.number(),
  lives: z
    .array(
      z.strictObject({
        name: z.string(),
        uid: z.string(),
        node: z.string().optional(),
        owner: z.string().optional(),
        spans: z
          .array(z.strictObject({ state, replicas: z.int().optional(), from: z.number(), to: z.number() }))
          .readonly(),
        before: z.boolean(),
        gone: z.boolean(),
      }),
    )
    .readonly(),
  bounds: z
    .array(
      z.strictObject({
        states: z.array(state).readonly(),
        min: z.number().optional(),
        max: z.number().optional(),
      }),
    )
    .readonly(),
});

/** How a claim is called: `ns.uts`. */
export const claimId = z.string().regex(/^[a-z][a-z0-9]*(\.[a-z0-9-]+)*$/);

/** The five ends of a claim. */
export const outcome = z.enum(["holds", "refuted", "not asked", "not observable", "error"]);

const claim = z.strictObject({
  id: claimId,
  statement: bilingual,
  /** Where the statement is made: `article#…`, `reference#…` or `ours#…`. */
  source: z.string(),
  /** Addresses of primary sources. */
  references: z.array(z.string()),
  outcome,
  expected: z.enum(["holds", "refuted"]),
  because: bilingual.optional(),
  /** Why there is no verdict, or what went wrong. */
  reason: z.string().optional(),
  /** What was judged, with volatile parts normalised: two recordings of the same thing are equal here. */
  observed: z.unknown(),
  /** The raw transcript, sanitised. */
  steps: z.array(step),
  /** What was recorded while something changed. */
  timelines: z.array(timeline),
  /** What was gathered when the outcome was not the expected one. */
  diagnosis: z.array(step),
  /** Milliseconds. */
  duration: z.number(),
  /** The part of it in which nothing could happen before the clock had struck, in milliseconds. */
  waitedForClock: z.number(),
});

const chapter = z.strictObject({
  id: z.string(),
  title: bilingual,
  intro: bilingual,
  manifests: z.array(z.string()),
  /** How the manifests were applied. */
  prelude: z.array(step),
  /** Milliseconds from its first hook to the end of its last claim; claims may be asked side by side. */
  duration: z.number().optional(),
  claims: z.array(claim),
});

/** What a node is. */
export const distribution = z.enum(["k3s", "offline node", "custom", "existing"]);
export type Distribution = z.infer<typeof distribution>;

/** What a run ran on. */
export const recordHead = z.strictObject({
  tool: z.string(),
  recordedAt: z.iso.datetime(),
  distribution,
  kubernetes: z.string(),
  runtime: z.string(),
  runtimeVersion: z.string(),
  cgroup: z.union([z.literal(1), z.literal(2)]),
  architecture: z.string(),
  kernel: z.string(),
  os: z.string(),
  /** The container engine below a cluster of ours. */
  engine: z
    .strictObject({
      name: z.string(),
      version: z.string(),
      private: z.boolean(),
      /** Its command line here, if there is one. */
      client: z.strictObject({ program: z.string(), version: z.string() }).optional(),
    })
    .optional(),
  images: z.array(
    z.strictObject({
      reference: z.string(),
      digest: z.string(),
      standIn: z.boolean(),
      description: z.string(),
    }),
  ),
  boot: z.record(z.string(), z.number()),
});

/** Everything that one run saw: what the ledger and the book are made from. */
export const runRecord = z.strictObject({
  schema: z.literal(RECORD_SCHEMA),
  head: recordHead,
  chapters: z.array(chapter),
});

export type RunRecord = z.infer<typeof runRecord>;
export type RecordHead = z.infer<typeof recordHead>;
export type ChapterRecord = z.infer<typeof chapter>;
export type ClaimRecord = z.infer<typeof claim>;
