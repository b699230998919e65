import { Problem } from "../problem.ts";
import { buildImage } from "./build/build.ts";
import type { Context } from "./context.ts";
import type { EngineImage } from "./engine-image.ts";
import { nodeFacts } from "./node-facts.ts";
import { contextOf, type ProvideOptions } from "./options.ts";
import { familiarName, isReference, parseReference, sameReference, withVersion } from "./reference.ts";
import { removeAbandoned } from "./scratch.ts";
import type { KubernetesVersion } from "./versions.ts";
import { findOrPull, isFound, type Origin, pullProblem, tellBeforeBuilding } from "./source.ts";

/** The image that nodes run. */
export interface NodeImage {
  readonly reference: string;
  readonly engineName: string;
  readonly kind: "k3s" | "offline node" | "custom";
  /** `v1.36.3` */
  readonly kubernetesVersion: string;
  /** Image of the sandbox in every Pod, as the node names it. */
  readonly pauseImage: string;
  readonly origin: Origin;
  readonly digest: string;
  readonly description: string;
}

/**
 * Provides the image that nodes run: `image` (K3S_IMAGE) if given, else the locked k3s, else the offline node built
 * from its recipe. `version` asks for another Kubernetes than the locked one: see {@link versionNamed}.
 * @throws {Problem} when it can't be had, or isn't a node's image
 */
export async function provideNodeImage(
  options: ProvideOptions & { readonly image?: string; readonly version?: KubernetesVersion },
): Promise<NodeImage> {
  const context = contextOf(options);
  // The first that every run asks for.
  removeAbandoned(context.cache);
  const custom = options.image?.trim();
  return custom
    ? describeNode(context, custom, await provideNamed(context, custom))
    : provideLockedNode(context, options.version);
}

async function provideLockedNode(
  context: Context,
  version: KubernetesVersion | undefined,
): Promise<NodeImage> {
  const { lock, policy } = context;
  const pinned = parseReference(lock.node.pull);
  const reference = familiarName(withVersion(pinned, { tag: version?.k3sTag ?? pinned.tag ?? "latest" }));
  const digest = sameReference(reference, lock.node.pull) ? lock.node.digest : undefined;
  if (policy !== "build") {
    const found = await findOrPull(context, { pull: reference, digest });
    if (isFound(found)) return describeNode(context, reference, found);
    if (policy === "pull")
      throw pullProblem(reference, found, "unset IMAGES, so that an offline node is built");
    tellBeforeBuilding(context, reference, found);
  }
  const image = await buildImage(context, lock.node.build, version?.kubernetes ?? lock.kubernetes);
  return describeNode(context, reference, { image, origin: "built" }, lock.node.build);
}

/** @throws {Problem} when K3S_IMAGE does not name an image */
export function checkNodeName(reference: string): void {
  if (isReference(reference)) return;
  throw new Problem(`K3S_IMAGE=${reference} is not an image's name`, "rancher/k3s:v1.36.3-k3s1 is one");
}

/** An image that the user names: it is present or pulled, never built. */
async function provideNamed(
  context: Context,
  reference: string,
): Promise<{ image: EngineImage; origin: Origin }> {
  checkNodeName(reference);
  const known = sameReference(reference, context.lock.node.pull) ? context.lock.node.digest : undefined;
  const found = await findOrPull(context, { pull: reference, digest: known });
  if (isFound(found)) return found;
  const remedy =
    found.kind === "architecture"
      ? "name an image for the engine's architecture"
      : "check the name, load it into the engine (docker load), or unset K3S_IMAGE for the default node";
  throw pullProblem(reference, found, remedy);
}

async function describeNode(
  context: Context,
  reference: string,
  { image, origin }: { image: EngineImage; origin: Origin },
  recipe?: string,
): Promise<NodeImage> {
  const name = familiarName(reference);
  const facts = await nodeFacts(context, image, origin === "built" ? image.name : name);
  const what =
    facts.kind === "offline node"
      ? `Kubernetes ${facts.kubernetesVersion}, offline node`
      : `${facts.kind === "k3s" ? "k3s" : "custom node"}, Kubernetes ${facts.kubernetesVersion}`;
  const from = recipe ? `built from ${recipe}` : `${name}, ${origin}`;
  return {
    reference: origin === "built" ? image.name : name,
    engineName: image.name,
    ...facts,
    origin,
    digest: image.id,
    description: `${what} (${from})`,
  };
}
