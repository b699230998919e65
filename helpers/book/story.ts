import type { Expectation } from "../chapter/expectation.ts";
import { isVerdict } from "../chapter/outcome.ts";
import type { BookChapter, BookClaim, BookGround } from "./model.ts";

/** What became of the article, claim by claim: ids, in reading order. */
export interface Story {
  /** Said by the article, and so wherever it was looked at. */
  readonly right: readonly string[];
  /** Said by the article, and another outcome with another runtime or another version of cgroups. */
  readonly dependent: readonly string[];
  /** Said by the article, and so nowhere. */
  readonly wrong: readonly string[];
  /** Another outcome in one version of Kubernetes than in another, whoever said it. */
  readonly changed: readonly string[];
  /** Not recorded yet. */
  readonly unseen: readonly string[];
}

/** Sorts the claims by what was seen on all grounds, and by what their chapters expect on others. */
export function tellStory(chapters: readonly BookChapter[], grounds: readonly BookGround[]): Story {
  const all = chapters.flatMap(({ claims }) => claims);
  const ofArticle = all.filter(({ source }) => source.startsWith("article#"));
  const dependent = ofArticle.filter((claim) => dependsOnGround(claim, grounds));
  const rest = ofArticle.filter((claim) => !dependent.includes(claim));
  const ended = (outcome: string) => (claim: BookClaim) => {
    const verdicts = verdictsOf(claim, grounds);
    return verdicts.length > 0 && verdicts.every((seen) => seen === outcome);
  };
  return {
    right: idsOf(rest.filter(ended("holds"))),
    dependent: idsOf(dependent),
    wrong: idsOf(rest.filter(ended("refuted"))),
    changed: idsOf(all.filter((claim) => changedByVersion(claim, grounds))),
    unseen: idsOf(all.filter((claim) => Object.keys(claim.seen).length === 0)),
  };
}

/** Whether two recordings of the same runtime and version of cgroups, but of other versions of Kubernetes, differ. */
function changedByVersion(claim: BookClaim, grounds: readonly BookGround[]): boolean {
  const kinds = Map.groupBy(grounds, ({ head }) => `${head.distribution} ${head.runtime} ${head.cgroup}`);
  return [...kinds.values()].some((alike) => new Set(verdictsOf(claim, alike)).size > 1);
}

function dependsOnGround(claim: BookClaim, grounds: readonly BookGround[]): boolean {
  const versions = Map.groupBy(grounds, ({ head }) => head.kubernetes);
  const seen = [...versions.values()].some((alike) => new Set(verdictsOf(claim, alike)).size > 1);
  return seen || expectsByGround(claim.expect);
}

/** A chapter's expectation may name a runtime that nobody has recorded yet. */
function expectsByGround(expect: Expectation): boolean {
  if (typeof expect === "string") return false;
  return expect.some(({ runtime, cgroup, engine }) => (runtime ?? cgroup ?? engine) !== undefined);
}

function verdictsOf({ seen }: BookClaim, grounds: readonly BookGround[]): string[] {
  return grounds.map(({ name }) => seen[name]?.outcome).filter(isVerdict);
}

function idsOf(claims: readonly BookClaim[]): string[] {
  return claims.map(({ id }) => id);
}
