import type { Manifest } from "../manifest.ts";
import type { Handmade } from "./by-hand.ts";
import type { Expectation, Ground, Where } from "./expectation.ts";
import type { Look } from "./lesson.ts";

/** A text in both languages of the tutorial. */
export interface Bilingual {
  readonly en: string;
  readonly zh: string;
}

/**
 * A change under which a claim's outcome must turn: it proves that the claim can fail. The manifest is changed and
 * applied again, the containers made by hand are made otherwise, or something else is observed, or both; or what was observed is altered (the weakest: the last resort).
 */
export type Mutant<T> = (
  | ManifestMutant
  | ContainersMutant
  | {
      readonly name: string;
      readonly manifest?: (manifest: Manifest) => void;
      readonly containers?: (containers: Handmade, ground: Ground) => void;
      readonly observe: (look: Look) => Promise<T>;
    }
  | { readonly name: string; readonly seen: (seen: T) => T }
) &
  Tried;

/** The only clusters on which a mutant is tried: where outcomes differ, it is rare that one change turns all of them. */
type Tried = Pick<Where, "engine" | "from" | "before">;

/** A mutant that only changes the manifest: several claims may share it, and then it is applied once. */
export interface ManifestMutant {
  readonly name: string;
  readonly manifest: (manifest: Manifest) => void;
}

/** The same for a chapter whose containers are made by hand. */
export interface ContainersMutant {
  readonly name: string;
  readonly containers: (containers: Handmade, ground: Ground) => void;
}

/** A statement that is put to a real cluster. */
export interface Claim<T> extends Bilingual {
  /** Where the statement is made: `article#…` for the article, `reference#…` for what it refers to, `ours#…` for what we add. */
  readonly source: string;
  /** Looks at the cluster. A throw is an error, never a refutation. */
  readonly observe: (look: Look) => Promise<T>;
  /** Judges what was seen, and nothing else. */
  readonly holds: (seen: T) => boolean;
  /** `holds` everywhere unless it says otherwise. */
  readonly expect?: Expectation;
  /** Why it is so; needed where the outcome is not `holds`. */
  readonly because?: Bilingual;
  /** Addresses of primary sources. */
  readonly references?: readonly string[];
  /** It sees what others change: in a chapter whose claims are asked side by side, this one is asked before those that follow. */
  readonly alone?: boolean;
  /** First Kubernetes minor version that can be asked, such as `1.22`. */
  readonly since?: string;
  readonly mutants: readonly [Mutant<T>, ...Mutant<T>[]];
}

/** A chapter of the tutorial. */
export interface Chapter {
  readonly title: Bilingual;
  /** Markdown. */
  readonly intro: Bilingual;
  /** Files under fixtures/manifests that a reader can apply as they are; applied before the claims are asked. */
  readonly manifests: readonly string[];
  /** Further files there, which claims apply themselves: `kubectl apply -f fixtures/manifests/…`. */
  readonly later?: readonly string[];
  /** The namespace that these files use. */
  readonly namespace: string;
  /** Further namespaces that they use. */
  readonly otherNamespaces?: readonly string[];
  /** Containers that are made with the engine alone before the claims are asked. */
  readonly containers?: Handmade;
  /** Each claim looks at objects of its own, so that all can be asked at the same time, but for those that are `alone`. */
  readonly sideBySide?: boolean;
  /**
   * Claims change what all of them see, its nodes say: they are asked, and their mutants tried, one after another, but
   * for what a claim waits for {@link Look.meanwhile}.
   */
  readonly inTurn?: boolean;
  /** How many claims are then asked, or mutants tried, at the same time: 5 unless given; more where they wait for the clock. */
  readonly atOnce?: number;
}
