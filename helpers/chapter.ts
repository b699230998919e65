import { afterAll, beforeAll, expect, inject, recordArtifact, test, vi } from "vitest";
import { mayLackVerdict } from "./chapter/allowances.ts";
import { CLAIM_ARTIFACT } from "./chapter/artifact.ts";
import type { Chapter, Claim } from "./chapter/claim.ts";
import { registerDefinitions } from "./chapter/definitions.ts";
import { expectedOutcome, whyNotAsked } from "./chapter/expectation.ts";
import type { Heartbeat } from "./chapter/heartbeat.ts";
import { Lesson } from "./chapter/lesson.ts";
import { registerMutants } from "./chapter/mutants.ts";
import { ClusterLost, isRefusal, OpeningError } from "./chapter/opening-error.ts";
import { isUnexpected, type Judgement, judge, type Outcome } from "./chapter/outcome.ts";
import { Turns } from "./chapter/turns.ts";
import { chapterOfFile } from "./chapters.ts";
import { clusterFor, leaveCluster } from "./cluster/clusters.ts";
import type { ClusterDescription } from "./cluster/description.ts";
import { placeIn } from "./cluster/existing/place.ts";
import { normaliseValue } from "./evidence/normalise.ts";
import { sanitize } from "./evidence/sanitize.ts";
import { formatStepsBriefly } from "./evidence/transcript.ts";
import { type Manifest, readManifests } from "./manifest.ts";
import type { ClaimRecord } from "./record.ts";

export type { ContainersMutant, ManifestMutant, Mutant } from "./chapter/claim.ts";
export { optionsOf } from "./chapter/by-hand.ts";
export { changed, keeping, only } from "./chapter/changed.ts";
export { drawTable } from "./chapter/draw-table.ts";
export { allDifferent, allEqual, matches, pick } from "./chapter/judgements.ts";
export { firstProcessIn } from "./chapter/first-process.ts";
export { READLINKS, sharesTable, THREE, whoShares } from "./chapter/shares.ts";
export type { Manifest } from "./manifest.ts";
export type { Look } from "./chapter/lesson.ts";
export { NotObservable } from "./chapter/outcome.ts";
export type { Bound, Timeline } from "./timeline.ts";

/** Longer than any wait inside, so that the wait's own error is told and not the test's. */
const CLAIM_TIMEOUT_MS = 300_000;

/** A cluster that did not answer for so long stood still, in milliseconds; one with far too much to do takes seconds. */
const STILL_MS = 20_000;

/** A claim whose outcome is not the one that its chapter expects. */
class UnexpectedOutcome extends Error {
  override readonly name = "UnexpectedOutcome";
}

/**
 * Begins a chapter: its manifests are applied before its claims are asked. A file under `chapters/` has one chapter,
 * and its name, without the ending, is the chapter's id.
 */
export function chapter(whole: Chapter): { claim: <T>(id: string, claim: Claim<T>) => void } {
  const mode = inject("mode");
  const only = inject("manifests");
  const definition = only
    ? { ...whole, manifests: whole.manifests.filter((name) => only.includes(name)) }
    : whole;
  const files = [...definition.manifests, ...(definition.later ?? [])];
  const declared = [definition.namespace, ...(definition.otherNamespaces ?? [])];
  if (mode === "definitions") return registerDefinitions(definition, readManifests(files, declared));
  if (definition.atOnce !== undefined) vi.setConfig({ maxConcurrency: definition.atOnce });
  const plan = inject("plan");
  const first = inject("first");
  const definedAt = callerStack();
  const { manifest, namespaces } = placeIn(first.cluster, read(files, declared, definedAt), declared);
  if (mode === "mutants") return registerMutants(definition, manifest, plan, first);

  const turns = new Turns();
  let lesson: Lesson;
  let heartbeat: Heartbeat | undefined;
  let leave = () => Promise.resolve();
  beforeAll(async () => {
    let opening: Lesson | undefined;
    try {
      const id = chapterOfFile(expect.getState().testPath ?? "");
      const cluster = await clusterFor(id, plan, first);
      leave = () => leaveCluster(id, plan, cluster);
      opening = lesson = new Lesson(cluster, plan, definition, manifest, namespaces);
      heartbeat = lesson.heartbeat();
      await opening.open();
    } catch (error) {
      throw await openingError(error, opening, definedAt);
    }
  }, CLAIM_TIMEOUT_MS);
  afterAll(async () => {
    heartbeat?.[Symbol.dispose]();
    // There is no lesson when its cluster did not come up.
    await lesson?.leave();
    await leave();
  }, CLAIM_TIMEOUT_MS);

  return {
    claim(id, claim) {
      const definedAt = callerStack();
      const options = {
        timeout: CLAIM_TIMEOUT_MS,
        concurrent: Boolean((definition.sideBySide && !claim.alone) || definition.inTurn),
      };
      test(`${id}: ${claim.en}`, options, async ({ task, skip }) => {
        const { title, intro, manifests } = definition;
        const { cluster } = lesson;
        const record = definition.inTurn
          ? await turns.take((pass) => tell(id, claim, lesson, heartbeat, pass))
          : await tell(id, claim, lesson, heartbeat);
        const asExpected = record.outcome === record.expected;
        const clusterLost = record.outcome === "error" && !(await lesson.isAlive());
        if (!asExpected && !clusterLost && !lacksVerdictRightly(record, cluster)) {
          record.diagnosis.push(...(await lesson.diagnose()));
        }
        await recordArtifact(task, {
          type: CLAIM_ARTIFACT,
          chapter: {
            id: chapterOfFile(task.file.filepath),
            title,
            intro,
            manifests: [...manifests],
            prelude: lesson.prelude,
          },
          claim: record,
          clusterLost,
        });
        if (asExpected) return;
        if (lacksVerdictRightly(record, cluster)) skip(`${record.outcome}: ${record.reason}`);
        const error = new UnexpectedOutcome(describeFailure(record, cluster, clusterLost));
        // The reader wants the line of the claim, not one of this file.
        error.stack = [`${error.name}: ${error.message}`, ...definedAt].join("\n");
        throw error;
      });
    },
  };
}

/** The stack of whoever called the caller: the lines of the chapter, without those of this file. */
function callerStack(): string[] {
  const [, ...frames] = (new Error().stack ?? "").split("\n");
  return frames.slice(2);
}

/** Puts a claim to the cluster and records what was seen. */
async function tell<T>(
  id: string,
  claim: Claim<T>,
  lesson: Lesson,
  heartbeat: Heartbeat | undefined,
  pass?: () => void,
): Promise<ClaimRecord> {
  const { look, transcript } = lesson.look(pass);
  const started = performance.now();
  const expected = expectedOutcome(claim.expect, lesson.cluster);
  const asked = await ask(claim, lesson.cluster, () => claim.observe(look));
  const judgement = unlessSilent({ ...asked, expected }, heartbeat?.longestSilence(started) ?? 0);
  return {
    id,
    statement: { en: claim.en, zh: claim.zh },
    source: claim.source,
    references: [...(claim.references ?? [])],
    outcome: judgement.outcome,
    expected,
    ...(claim.because && { because: claim.because }),
    ...(judgement.reason !== undefined && { reason: sanitize(judgement.reason) }),
    observed: normaliseValue(sanitizeValue(judgement.seen)),
    steps: transcript.steps,
    timelines: transcript.timelines,
    diagnosis: [],
    duration: performance.now() - started,
    waitedForClock: transcript.waitedForClock,
  };
}

/** What was seen of a cluster that stood still for a while may be owed to that: it refutes nothing. */
function unlessSilent<T>(
  judgement: Judgement<T> & { readonly expected: Outcome },
  silence: number,
): Judgement<T> {
  if (silence < STILL_MS || !isUnexpected(judgement)) return judgement;
  const meanwhile = `the cluster stood still for ${Math.round(silence / 1000)} s meanwhile, which says nothing about the claim`;
  const reason = judgement.reason === undefined ? meanwhile : `${meanwhile}: ${judgement.reason}`;
  return { ...judgement, outcome: "error", reason };
}

async function ask<T>(
  claim: Claim<T>,
  cluster: ClusterDescription,
  observe: () => Promise<T>,
): Promise<Judgement<T>> {
  const reason = whyNotAsked(claim, cluster);
  if (reason !== undefined) return { outcome: "not asked", reason };
  return judge(observe, claim.holds);
}

function lacksVerdictRightly({ id, outcome }: ClaimRecord, cluster: ClusterDescription): boolean {
  return (outcome === "not asked" || outcome === "not observable") && mayLackVerdict(id, outcome, cluster);
}

function describeFailure(record: ClaimRecord, cluster: ClusterDescription, clusterLost: boolean): string {
  const { id, statement, outcome, expected, reason, observed } = record;
  const ground = `Kubernetes ${cluster.kubernetes}, ${cluster.runtime}, cgroup v${cluster.cgroup}`;
  if (clusterLost) return `the cluster does not answer any more (${reason})`;
  return [
    `${id}: expected "${expected}" on ${ground}, but the outcome is "${outcome}"`,
    `  claim:    ${statement.en}`,
    ...(reason ? [`  reason:   ${reason}`] : []),
    ...(observed === undefined ? [] : [`  observed: ${JSON.stringify(observed)}`]),
    ...(outcome === "not asked" || outcome === "not observable"
      ? [`  → If it may end so on such a cluster, say so in helpers/chapter/allowances.ts.`]
      : []),
  ].join("\n");
}

function read(
  files: readonly string[],
  namespaces: readonly string[],
  definedAt: readonly string[],
): Manifest {
  try {
    return readManifests(files, namespaces);
  } catch (error) {
    throw new OpeningError(error, definedAt);
  }
}

/** The error of a chapter that could not begin; there is no lesson when its own cluster did not come up. */
async function openingError(
  error: unknown,
  lesson: Lesson | undefined,
  definedAt: readonly string[],
): Promise<OpeningError> {
  if (!lesson || isRefusal(error)) return new OpeningError(error, definedAt);
  if (!(await lesson.isAlive())) return new ClusterLost(error, definedAt);
  return new OpeningError(error, definedAt, formatStepsBriefly(await lesson.diagnose()));
}

/** A value as JSON would keep it, with every string sanitised. */
function sanitizeValue(value: unknown): unknown {
  if (value === undefined) return undefined;
  return JSON.parse(JSON.stringify(value), (_, entry) =>
    typeof entry === "string" ? sanitize(entry) : entry,
  );
}
