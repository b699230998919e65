import { afterAll, beforeAll, expect, recordArtifact, test } from "vitest";
import { chapterOfFile } from "../chapters.ts";
import { clusterFor, type FirstCluster, leaveCluster } from "../cluster/clusters.ts";
import type { ClusterDescription } from "../cluster/description.ts";
import type { ClusterPlan } from "../cluster/plan.ts";
import type { Manifest } from "../manifest.ts";
import { mayLackVerdict } from "./allowances.ts";
import { MUTANT_ARTIFACT } from "./artifact.ts";
import type { Chapter, Claim, ContainersMutant, ManifestMutant, Mutant } from "./claim.ts";
import { expectedOutcome, fits, whyNotAsked } from "./expectation.ts";
import { Lesson, type Look } from "./lesson.ts";
import { type Judgement, judge } from "./outcome.ts";
import { Turns } from "./turns.ts";

/** Mutants of one lesson wait for each other. */
const MUTANT_TIMEOUT_MS = 600_000;

/** What a mutant changes before its chapter is opened. */
type Changes = Pick<Mutant<unknown>, "name"> &
  Partial<Pick<ManifestMutant, "manifest"> & Pick<ContainersMutant, "containers">>;

/** Where the mutants of one change are tried, and when it is ready for them. */
interface Place {
  readonly lesson: Lesson;
  readonly opening: Promise<void>;
}

/** A mutant that changes nothing beforehand is tried on the chapter as it is. */
const unchanged = () => {};

/** What the mutants have in common that need the same lesson: the very function that changes it. */
const changeOf = ({ manifest, containers }: Changes) => manifest ?? containers ?? unchanged;

/**
 * Registers, instead of a chapter's claims, a test for each of their mutants: it passes when the outcome turns.
 * Every change of the manifest or of the containers is applied once, in a namespace of its own, whatever the number of
 * claims that use it, and removed when the last of them is done: what nobody looks at any more takes the node's time.
 */
export function registerMutants(
  chapter: Chapter,
  manifest: Manifest,
  plan: ClusterPlan | undefined,
  first: FirstCluster,
): { claim: <T>(id: string, claim: Claim<T>) => void } {
  type Change = ReturnType<typeof changeOf>;
  const lessons = new Map<Change, Place>();
  /** How many mutants of a change are still to be tried. */
  const toCome = new Map<Change, number>();
  const closings: Promise<void>[] = [];
  let opened = 0;
  const openings = new Turns();
  const turns = new Turns();
  const turnsIn = new WeakMap<Lesson, Turns>();
  const own = [chapter.namespace, ...(chapter.otherNamespaces ?? [])];

  let cluster: ClusterDescription;
  let leave = () => Promise.resolve();
  beforeAll(async () => {
    const id = chapterOfFile(expect.getState().testPath ?? "");
    cluster = await clusterFor(id, plan, first);
    leave = () => leaveCluster(id, plan, cluster);
  }, MUTANT_TIMEOUT_MS);

  const lessonFor = (changes: Changes): Promise<Lesson> => {
    const change = changeOf(changes);
    let place = lessons.get(change);
    if (!place) {
      opened += 1;
      const suffix = `-mutant-${opened}`;
      const rename = (namespace: string) => namespace + suffix;
      const changed = manifest.copy();
      changes.manifest?.(changed);
      const containers = structuredClone(chapter.containers ?? {});
      changes.containers?.(containers, cluster);
      const setUp = { ...chapter, containers };
      const lesson = new Lesson(cluster, plan, setUp, changed.inNamespaces(rename), own.map(rename));
      // What is not changed becomes ready as in the chapter; a busy machine may take its time. All Pods of a chapter's
      // lessons at once would leave the node no time for anything else: one lesson after another.
      const wait = changes.manifest || changes.containers ? "settled" : "ready";
      place = { lesson, opening: openings.take(() => lesson.open(wait)) };
      lessons.set(change, place);
    }
    const { lesson, opening } = place;
    return opening.then(() => lesson);
  };

  /**
   * One after another in the same lesson: what one claim does there, another would see. Where claims change what all of
   * them see, the other lessons wait as well.
   */
  const inTurn = async <T>(
    changes: Changes,
    work: (lesson: Lesson, pass?: () => void) => Promise<T>,
  ): Promise<T> => {
    if (chapter.inTurn) return turns.take(async (pass) => work(await lessonFor(changes), pass));
    const lesson = await lessonFor(changes);
    const inLesson = turnsIn.get(lesson) ?? new Turns();
    turnsIn.set(lesson, inLesson);
    return inLesson.take(() => work(lesson));
  };

  /** One mutant less that needs this change; its lesson is closed after the last, while others are tried. */
  const done = (changes: Changes) => {
    const change = changeOf(changes);
    const left = (toCome.get(change) ?? 0) - 1;
    toCome.set(change, left);
    if (left === 0) close(change);
  };

  const close = (change: Change) => {
    const place = lessons.get(change);
    lessons.delete(change);
    if (!place) return;
    // What could not be opened, which its mutants have told, has made something all the same.
    const closing = Promise.allSettled([place.opening]).then(() => place.lesson.close());
    // Whether it failed is told at the end.
    closing.catch(() => {});
    closings.push(closing);
  };

  afterAll(async () => {
    // Those that lack mutants which were not asked for.
    for (const change of lessons.keys()) close(change);
    await Promise.all(closings);
    await leave();
  }, MUTANT_TIMEOUT_MS);

  return {
    claim(id, claim) {
      const reason = whyNotAsked(claim, first.cluster);
      if (reason !== undefined) {
        for (const { name } of claim.mutants) registerNotAsked(id, name, reason, first.cluster);
        return;
      }
      const tried = claim.mutants.filter((mutant) => fits(mutant, first.cluster));
      if (tried.length === 0) {
        test(`${id} has no mutant for this cluster`, () => {
          throw new Error(`${id} could not be shown to fail here: none of its mutants fits this cluster`);
        });
      }
      for (const mutant of tried) {
        toCome.set(changeOf(mutant), (toCome.get(changeOf(mutant)) ?? 0) + 1);
        const options = { timeout: MUTANT_TIMEOUT_MS, concurrent: true };
        test(`${id} under "${mutant.name}"`, options, async ({ task, skip }) => {
          const { outcome, reason, seen } = await inTurn(mutant, (lesson, pass) =>
            observeMutant(claim, mutant, lesson.look(pass).look),
          ).finally(() => done(mutant));
          const expected = expectedOutcome(claim.expect, cluster);
          const killed = outcome === (expected === "holds" ? "refuted" : "holds");
          await recordArtifact(task, {
            type: MUTANT_ARTIFACT,
            claim: id,
            mutant: mutant.name,
            killed,
            outcome,
          });
          if (killed) return;
          if (outcome === "not observable" && mayLackVerdict(id, outcome, cluster)) skip(reason);
          throw new Error(
            `${id}: the mutant "${mutant.name}" survived: the outcome is "${outcome}", ` +
              `where "${expected}" had to change (${reason ?? `observed ${JSON.stringify(seen)}`})`,
          );
        });
      }
    },
  };
}

/** Registers a test that says why a mutant is not tried. */
function registerNotAsked(claim: string, mutant: string, reason: string, cluster: ClusterDescription): void {
  test(`${claim} under "${mutant}"`, async ({ task, skip }) => {
    const outcome = "not asked";
    await recordArtifact(task, { type: MUTANT_ARTIFACT, claim, mutant, killed: false, outcome });
    if (!mayLackVerdict(claim, outcome, cluster))
      throw new Error(
        `${claim} is not asked: ${reason}; if that may be, say so in helpers/chapter/allowances.ts`,
      );
    skip(reason);
  });
}

function observeMutant<T>(claim: Claim<T>, mutant: Mutant<T>, look: Look): Promise<Judgement<T>> {
  if ("observe" in mutant) return judge(() => mutant.observe(look), claim.holds);
  if ("seen" in mutant) return judge(async () => mutant.seen(await claim.observe(look)), claim.holds);
  return judge(() => claim.observe(look), claim.holds);
}
