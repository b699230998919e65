import { provideArchive } from "./archives.ts";
import { buildImage } from "./build/build.ts";
import type { Context } from "./context.ts";
import { type EngineImage, STAND_IN_LABEL } from "./engine-image.ts";
import { type LockedImage, lockedImage } from "./lock.ts";
import type { NodeImage } from "./node-image.ts";
import { contextOf, type ProvideOptions } from "./options.ts";
import { sameReference } from "./reference.ts";
import { findOrPull, isFound, type Origin, pullProblem } from "./source.ts";
import { together } from "./together.ts";

export { type NodeImage, provideNodeImage } from "./node-image.ts";

/** An image that Pods use, ready to be put into a node. */
export interface ProvidedImage {
  /** The name that manifests use, `traefik/whoami` say. */
  readonly reference: string;
  /** Its name in the engine. */
  readonly engineName: string;
  /** Archive in the cache, in which it has the name that manifests use: for a node's `agent/images`. */
  readonly archive: string;
  readonly origin: Origin;
  /** Built here in place of an image that couldn't be pulled. */
  readonly standIn: boolean;
  readonly digest: string;
  /** One line for the heads of transcripts. */
  readonly description: string;
}

/**
 * Provides the images that manifests name, the node's pause image and, for a k3s, those that it starts by itself; each
 * with its archive.
 * @throws {Problem} when one can neither be pulled nor built; a k3s' own images but pause are only missed aloud
 */
export async function provideImages(
  options: ProvideOptions & { readonly references: readonly string[]; readonly node: NodeImage },
): Promise<ProvidedImage[]> {
  const context = contextOf(options);
  const { node } = options;
  const needed = distinct([node.pauseImage, ...options.references]);
  const own = systemImages(context, node).filter(
    (name) => !needed.some((other) => sameReference(name, other)),
  );
  const results = await together<(ProvidedImage | undefined)[]>(context.signal, [
    ...needed.map((name) => (signal: AbortSignal) => provideImage({ ...context, signal }, name, node)),
    ...own.map((name) => (signal: AbortSignal) => provideSystemImage({ ...context, signal }, name, node)),
  ]);
  return results.filter((image) => image !== undefined);
}

async function provideImage(context: Context, reference: string, node: NodeImage): Promise<ProvidedImage> {
  const locked = lockedImage(context.lock, reference, node.pauseImage);
  const { image, origin } = await obtain(context, locked);
  const archive = await provideArchive(context, image, reference);
  const standIn = image.labels[STAND_IN_LABEL] !== undefined;
  const from = standIn
    ? locked.build
      ? `stand-in built from ${locked.build}`
      : "a stand-in"
    : `${image.name}, ${origin}`;
  return {
    reference,
    engineName: image.name,
    archive,
    origin,
    standIn,
    digest: image.id,
    description: `${reference}: ${from}`,
  };
}

async function obtain(
  context: Context,
  locked: LockedImage,
): Promise<{ image: EngineImage; origin: Origin }> {
  const { policy, lock } = context;
  if (policy !== "build" || !locked.build) {
    const found = await findOrPull(context, locked);
    if (isFound(found)) return found;
    if (!locked.build)
      throw pullProblem(
        locked.pull,
        found,
        "load it into the engine (docker load), or give it a recipe in fixtures/images.lock.yaml",
      );
    if (policy === "pull")
      throw pullProblem(locked.pull, found, `unset IMAGES, so that a stand-in is built from ${locked.build}`);
  }
  return { image: await buildImage(context, locked.build, lock.kubernetes), origin: "built" };
}

/** An image that a k3s starts by itself: without it the node runs, but lacks what it brings. */
async function provideSystemImage(
  context: Context,
  reference: string,
  node: NodeImage,
): Promise<ProvidedImage | undefined> {
  const found = await findOrPull(context, lockedImage(context.lock, reference));
  if (isFound(found)) return provideImage(context, reference, node);
  context.progress.note(`${reference}, which ${node.reference} starts by itself, is missing: ${found.line}`);
  return undefined;
}

function systemImages({ lock, policy, progress }: Context, node: NodeImage): readonly string[] {
  if (node.kind !== "k3s" || policy === "build") return [];
  const listed = lock.system[node.kubernetesVersion];
  if (!listed)
    progress.note(
      `which images k3s ${node.kubernetesVersion} starts by itself is not listed in fixtures/images.lock.yaml: only its pause image is provided`,
    );
  return listed ?? [];
}

function distinct(references: readonly string[]): string[] {
  return references.filter(
    (name, index) => references.findIndex((other) => sameReference(name, other)) === index,
  );
}
