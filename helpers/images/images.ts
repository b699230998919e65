import type { Engine } from "../engine/engine.ts";
import { cacheFolder } from "../paths.ts";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import { provideArchive } from "./archives.ts";
import { buildImage } from "./build/build.ts";
import type { Context, Policy } from "./context.ts";
import { type EngineImage, STAND_IN_LABEL } from "./engine-image.ts";
import { type Lock, type LockedImage, lockedImage, readLock } from "./lock.ts";
import { nodeFacts } from "./node-facts.ts";
import type { PullFailure } from "./pull-failure.ts";
import { familiarName, parseReference, sameReference, withVersion } from "./reference.ts";
import { findOrPull, isFound } from "./source.ts";

/** How an image came to be in the engine. */
type Origin = "present" | "pulled" | "built";

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

/** What {@link provideNodeImage} and {@link provideImages} share. */
export interface ProvideOptions {
  readonly engine: Engine;
  readonly progress: Progress;
  /** `IMAGES` unless given. */
  readonly policy?: Policy;
  readonly signal?: AbortSignal;
  /** Read for `IMAGES` and `REGISTRY_MIRROR`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where images are kept between runs. */
  readonly cache?: string;
  /** What is pinned; the lock file unless given. */
  readonly lock?: Lock;
}

/**
 * Provides the image that nodes run: `image` (K3S_IMAGE) if given, else the locked k3s, else the offline node built
 * from its recipe. `version` asks for another Kubernetes than the locked one.
 * @throws {Problem} when it can't be had, or isn't a node's image
 */
export async function provideNodeImage(
  options: ProvideOptions & { readonly image?: string; readonly version?: string },
): Promise<NodeImage> {
  const context = contextOf(options);
  const custom = options.image?.trim();
  return custom
    ? describeNode(context, custom, await provideNamed(context, custom))
    : provideLockedNode(context, options.version ?? context.lock.kubernetes);
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
  const results = await Promise.all([
    ...needed.map((reference) => provideImage(context, reference, node)),
    ...own.map((reference) => provideSystemImage(context, reference, node)),
  ]);
  return results.filter((image) => image !== undefined);
}

/** What `IMAGES` says. */
function policyOf(env: NodeJS.ProcessEnv): Policy {
  const { IMAGES = "" } = env;
  if (IMAGES === "" || IMAGES === "auto") return "auto";
  if (IMAGES === "pull" || IMAGES === "build") return IMAGES;
  throw new Problem(`IMAGES=${IMAGES} means nothing`, "set it to pull or build, or unset it");
}

function contextOf(options: ProvideOptions): Context {
  const { engine, progress, signal, env = process.env } = options;
  return {
    engine,
    progress,
    signal,
    lock: options.lock ?? readLock(),
    policy: options.policy ?? policyOf(env),
    cache: options.cache ?? cacheFolder("images"),
    mirror: mirrorOf(env),
  };
}

function mirrorOf({ REGISTRY_MIRROR: mirror }: NodeJS.ProcessEnv): string | undefined {
  if (!mirror) return undefined;
  try {
    const { registry } = parseReference(`${mirror.replace(/\/+$/, "")}/x`);
    if (registry !== "docker.io") return mirror;
  } catch {
    // Told below, like a name that isn't a registry's.
  }
  throw new Problem(
    `REGISTRY_MIRROR=${mirror} is not a registry`,
    "set it to a host and port, localhost:5000 say, without a scheme",
  );
}

async function provideLockedNode(context: Context, version: string): Promise<NodeImage> {
  const { lock, policy } = context;
  const locked = version === lock.kubernetes;
  const reference = locked
    ? lock.node.pull
    : `${familiarName(withVersion(parseReference(lock.node.pull), { tag: `${version}-k3s1` }))}`;
  const digest = locked ? lock.node.digest : undefined;
  if (policy !== "build") {
    const found = await findOrPull(context, { pull: reference, digest });
    if (isFound(found)) return describeNode(context, reference, found);
    if (policy === "pull")
      throw pullProblem(reference, found, "unset IMAGES, so that an offline node is built");
  }
  const image = await buildImage(context, lock.node.build, version);
  return describeNode(context, reference, { image, origin: "built" }, lock.node.build);
}

/** An image that the user names: it is present or pulled, never built. */
async function provideNamed(
  context: Context,
  reference: string,
): Promise<{ image: EngineImage; origin: Origin }> {
  if (!isReference(reference))
    throw new Problem(`K3S_IMAGE=${reference} is not an image's name`, "rancher/k3s:v1.36.3-k3s1 is one");
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

function pullProblem(reference: string, failure: PullFailure, remedy: string): Problem {
  return new Problem(`${familiarName(reference)} can't be had: ${failure.line}`, remedy);
}

function distinct(references: readonly string[]): string[] {
  return references.filter(
    (name, index) => references.findIndex((other) => sameReference(name, other)) === index,
  );
}

function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}
