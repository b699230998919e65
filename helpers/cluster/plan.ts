import { findClient } from "../engine/client.ts";
import type { Engine } from "../engine/engine.ts";
import { type ProvidedImage, provideImages, provideNodeImage } from "../images/images.ts";
import { checkNodeName } from "../images/node-image.ts";
import { isReference, sameReference } from "../images/reference.ts";
import { type KubernetesVersion, versionNamed } from "../images/versions.ts";
import { imagesOf, manifestNames, MANIFESTS, parseObjects, readManifestText } from "../manifest.ts";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import type { Run } from "../run.ts";
import type { ClusterDescription, EngineDescription, ImageDescription } from "./description.ts";
import { type AddOn, notOnExisting, sharingOf, type Sharing } from "./needs.ts";

/** An image that nodes import when they start. */
interface PlannedImage extends ImageDescription {
  readonly archive: string;
}

/**
 * Everything that it takes to start a node, at any time of the run: plain data, since chapters that have a cluster to
 * themselves start it in their own process.
 */
export interface ClusterPlan {
  /** Who owns what is made: it is named and labelled after it. */
  readonly run: Run;
  readonly engine: EngineDescription;
  /** The address at which the engine publishes ports. */
  readonly host: string;
  readonly cgroup: 1 | 2;
  readonly architecture: string;
  readonly node: ImageDescription & {
    readonly kind: ClusterDescription["distribution"];
    readonly kubernetes: string;
    readonly pauseImage: string;
  };
  /** What chapters use. */
  readonly images: readonly PlannedImage[];
  /** What add-ons use. */
  readonly addOnImages: readonly PlannedImage[];
  readonly sharing: Sharing;
  /** Clusters are to outlive the run. */
  readonly keep: boolean;
}

/** What {@link planClusters} needs. */
export interface PlanOptions {
  readonly engine: Engine;
  readonly run: Run;
  readonly progress: Progress;
  readonly env?: NodeJS.ProcessEnv;
  readonly keep?: boolean;
  /** Which node is wanted; what the environment says unless given. */
  readonly node?: NodeChoice;
}

/** An image for the nodes, or a version of Kubernetes; neither is the pinned one. */
export interface NodeChoice {
  readonly image?: string;
  readonly version?: KubernetesVersion;
}

/**
 * Which node is wanted: what K3S_IMAGE or KUBERNETES_VERSION say, if anything.
 * @throws {Problem} when both are set, or the version is not known
 */
export function nodeOf({ K3S_IMAGE: image, KUBERNETES_VERSION: version }: NodeJS.ProcessEnv): NodeChoice {
  if (image && version) {
    throw new Problem(
      "both K3S_IMAGE and KUBERNETES_VERSION are set",
      "Unset one: an image brings its version with it.",
    );
  }
  if (image) checkNodeName(image.trim());
  return { ...(image && { image }), ...(version && { version: versionNamed(version) }) };
}

/** Has every image ready that nodes with these add-ons need; idempotent, and quick when all are there. */
export async function planClusters(
  { engine, run, progress, env = process.env, keep = false, node: wanted = nodeOf(env) }: PlanOptions,
  addOns: readonly AddOn[] = [],
): Promise<ClusterPlan> {
  const sharing = sharingOf(env);
  if (sharing === "existing") throw notOnExisting();
  const common = { engine, run, progress, env };
  const node = await provideNodeImage({ ...common, ...wanted });
  const namedIn = chapterImages();
  const references = [...namedIn.keys()].sort();
  const provided = await provideImages({ ...common, references, namedIn, node, addOns });
  const { chapters = [], addOns: ofAddOns = [] } = Object.groupBy(provided, ({ reference }) =>
    [node.pauseImage, ...references].some((name) => sameReference(name, reference)) ? "chapters" : "addOns",
  );
  const client = await findClient(engine.name);
  return {
    run,
    engine: {
      name: engine.name,
      version: engine.version,
      private: engine.private,
      ...(client && { client }),
    },
    host: engine.host,
    cgroup: engine.cgroupVersion,
    architecture: engine.architecture,
    node: {
      reference: node.reference,
      digest: node.digest,
      standIn: node.kind === "offline node",
      description: node.description,
      engineName: node.engineName,
      kind: node.kind,
      kubernetes: node.kubernetesVersion,
      pauseImage: node.pauseImage,
    },
    images: chapters.map(planned),
    addOnImages: ofAddOns.map(planned),
    sharing,
    keep,
  };
}

function planned({
  reference,
  engineName,
  digest,
  standIn,
  description,
  archive,
}: ProvidedImage): PlannedImage {
  return { reference, engineName, digest, standIn, description, archive };
}

/** The images that some manifest of the chapters names, with its path; what can't be read is told by the chapter that uses it. */
function chapterImages(): Map<string, string> {
  const images = new Map<string, string>();
  for (const name of manifestNames()) {
    for (const image of imagesIn(name)) {
      if (isReference(image) && !images.has(image)) images.set(image, `${MANIFESTS}/${name}`);
    }
  }
  return images;
}

function imagesIn(name: string): string[] {
  try {
    return imagesOf(parseObjects(readManifestText(name), name));
  } catch {
    return [];
  }
}
