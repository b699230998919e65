import { askAddOnImages } from "./add-ons.ts";
import { provideArchive } from "./archives.ts";
import { buildImage } from "./build/build.ts";
import type { Context } from "./context.ts";
import { type EngineImage, STAND_IN_LABEL } from "./engine-image.ts";
import { addOnImage, type LockedImage, lockedImage } from "./lock.ts";
import type { NodeImage } from "./node-image.ts";
import { contextOf, type ProvideOptions } from "./options.ts";
import { sameReference } from "./reference.ts";
import { findOrPull, isFound, type Origin, pullProblem, tellBeforeBuilding } from "./source.ts";
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

/** Which images {@link provideImages} provides. */
export interface ImagesOptions extends ProvideOptions {
  readonly references: readonly string[];
  /** The file that names each of them, for whoever has to correct it. */
  readonly namedIn?: ReadonlyMap<string, string>;
  readonly node: NodeImage;
  /** Add-ons of k3s that the node is started with, `coredns` say: those that aren't disabled. None unless given. */
  readonly addOns?: readonly string[];
}

/**
 * Provides the images that manifests name, the node's pause image and those that its add-ons start; each with its
 * archive.
 * @throws {Problem} when one can neither be pulled nor built; those of add-ons that have no recipe are only missed aloud
 */
export async function provideImages(options: ImagesOptions): Promise<ProvidedImage[]> {
  const context = contextOf(options);
  const { node, addOns = [], namedIn } = options;
  const needed = distinct([node.pauseImage, ...options.references]);
  const own = (await systemImages(context, node, addOns)).filter(
    (name) => !needed.some((other) => sameReference(name, other)),
  );
  const results = await together<(ProvidedImage | undefined)[]>(context.signal, [
    ...needed.map((name) => (signal: AbortSignal) => {
      const locked = lockedImage(context.lock, name, node.pauseImage);
      return provideImage({ ...context, signal }, name, locked, namedIn?.get(name));
    }),
    ...own.map((name) => (signal: AbortSignal) => provideSystemImage({ ...context, signal }, name, node)),
  ]);
  return results.filter((image) => image !== undefined);
}

async function provideImage(
  context: Context,
  reference: string,
  locked: LockedImage,
  namedIn?: string,
): Promise<ProvidedImage> {
  const { image, origin } = await obtain(context, locked, namedIn);
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
  namedIn: string | undefined,
): Promise<{ image: EngineImage; origin: Origin }> {
  const { policy, lock } = context;
  if (policy !== "build" || !locked.build) {
    const found = await findOrPull(context, locked);
    if (isFound(found)) return found;
    if (!locked.build)
      throw pullProblem(
        locked.pull,
        found,
        `${namedIn === undefined ? "" : `correct its name in ${namedIn}, `}load it into the engine (docker load), or give it a recipe in fixtures/images.lock.yaml`,
      );
    if (policy === "pull")
      throw pullProblem(locked.pull, found, `unset IMAGES, so that a stand-in is built from ${locked.build}`);
    tellBeforeBuilding(context, locked.pull, found);
  }
  return { image: await buildImage(context, locked.build, lock.kubernetes), origin: "built" };
}

/** An image that an add-on starts: without it the node runs, but lacks what it brings. */
async function provideSystemImage(
  context: Context,
  reference: string,
  node: NodeImage,
): Promise<ProvidedImage | undefined> {
  const locked = addOnImage(context.lock, reference);
  if (locked.build) return provideImage(context, reference, locked);
  const found = await findOrPull(context, locked);
  if (isFound(found)) return provideImage(context, reference, locked);
  context.progress.note(
    `${reference}, which an add-on of ${node.reference} starts, is missing: ${found.line}`,
  );
  return undefined;
}

/** The images that add-ons of a node start: as listed, or as the node's image tells. */
async function systemImages(
  context: Context,
  node: NodeImage,
  addOns: readonly string[],
): Promise<readonly string[]> {
  if (addOns.length === 0) return [];
  const { lock, policy } = context;
  // The offline node has the same manifests for every version (fixtures/node/internal/addons).
  const listed = {
    "offline node": lock.system[lock.kubernetes],
    k3s: lock.system[node.kubernetesVersion],
    custom: undefined,
  }[node.kind];
  const known =
    listed && addOns.every((name) => listed[name]) ? listed : await askAddOnImages(context, node, addOns);
  const images = distinct(addOns.flatMap((name) => known[name] ?? []));
  return policy === "build" ? images.filter((name) => addOnImage(lock, name).build) : images;
}

function distinct(references: readonly string[]): string[] {
  return references.filter(
    (name, index) => references.findIndex((other) => sameReference(name, other)) === index,
  );
}
