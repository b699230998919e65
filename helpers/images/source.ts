import { Problem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import type { Context } from "./context.ts";
import { type EngineImage, findImage, hasDigest } from "./engine-image.ts";
import { type PullLimits, pull } from "./pull.ts";
import { concernsRegistry, type PullFailure } from "./pull-failure.ts";
import { familiarName, onMirror, parseReference, repositoryName, withVersion } from "./reference.ts";

/** An image to be had, with its pinned tag and, where it is known, its digest. */
export interface Wanted {
  readonly pull: string;
  readonly digest?: string | undefined;
}

/** How an image came to be in the engine. */
export type Origin = "present" | "pulled" | "built";

/** An image that is in the engine now, and how it came there. */
export interface Found {
  readonly image: EngineImage;
  readonly origin: "present" | "pulled";
}

/**
 * Finds an image in the engine or has the engine pull it, under its own name or from the mirror.
 * Resolves to why it couldn't be had otherwise.
 */
export async function findOrPull(
  context: Context,
  wanted: Wanted,
  limits?: PullLimits,
): Promise<Found | PullFailure> {
  const { present, foreign } = await findPresent(context, wanted);
  if (present) return { image: present, origin: "present" };
  if (context.policy !== "build") return pullAndVerify(context, wanted, limits);
  const { registry } = parseReference(wanted.pull);
  return foreign
    ? { kind: "architecture", registry, line: foreignLine(context, foreign) }
    : { kind: "other", registry, line: "the engine doesn't have it, and IMAGES=build forbids pulling" };
}

/** The image if the engine has it: with the pinned digest, or where that can't be told, with the pinned tag. */
async function findPresent(
  context: Context,
  wanted: Wanted,
): Promise<{ present?: EngineImage; foreign?: EngineImage }> {
  let foreign: EngineImage | undefined;
  for (const name of engineNames(context, wanted)) {
    const image = await findImage(context.engine.docker, name);
    if (!image || (wanted.digest && hasDigest(image, wanted.digest) === false)) continue;
    if (image.architecture === context.engine.architecture) return { present: image };
    foreign = image;
  }
  return foreign ? { foreign } : {};
}

function foreignLine({ engine }: Context, image: EngineImage): string {
  return `the engine has it for ${image.architecture}, and runs ${engine.architecture}`;
}

async function pullAndVerify(
  context: Context,
  wanted: Wanted,
  limits: PullLimits | undefined,
): Promise<Found | PullFailure> {
  const { engine, progress, mirror, registries, signal } = context;
  const own = parseReference(wanted.pull);
  const origin = mirror ? onMirror(mirror, own) : own;
  const digest = wanted.digest ?? own.digest;
  const name = familiarName(digest ? withVersion(origin, { digest }) : origin);
  const failure = await registries.ask(
    origin.registry,
    () =>
      pullingStep(progress, `pulling ${familiarName(origin)}`, (update) =>
        pull(engine.docker, name, { update, signal, ...(limits && { limits }) }),
      ),
    (line) => progress.note(line),
  );
  if (failure) return failure;
  const image = await findImage(engine.docker, name);
  if (!image) throw new Error(`the engine pulled ${name} and doesn't have it`);
  if (image.architecture !== engine.architecture) {
    const line = `${origin.registry} gave ${familiarName(origin)} for ${image.architecture}; the engine runs ${engine.architecture}`;
    return { kind: "architecture", registry: origin.registry, line };
  }
  if (digest && hasDigest(image, digest) === false) {
    throw new Problem(
      `${name} is not what is pinned: the engine says ${image.repoDigests.join(", ")}`,
      "don't use it; ask whoever runs that registry, or pin the digest that you trust in fixtures/images.lock.yaml",
    );
  }
  // Who names a digest alone wants this very image, whatever is called latest here.
  if (own.tag === undefined && own.digest !== undefined) return { image, origin: "pulled" };
  const tagged = await giveTag(
    context,
    image,
    familiarName(withVersion(origin, { tag: own.tag ?? "latest" })),
  );
  return { image: tagged, origin: "pulled" };
}

/** A pull that failed, for as long as it takes to tell its step so. */
class PullFailed extends Error {
  readonly failure: PullFailure;

  constructor(failure: PullFailure) {
    super(failure.line);
    this.failure = failure;
  }
}

/** A pull that fails gives its failure rather than an error; its step is told as one that failed all the same. */
async function pullingStep(
  progress: Progress,
  title: string,
  work: (update: (detail: string) => void) => Promise<PullFailure | undefined>,
): Promise<PullFailure | undefined> {
  try {
    await progress.step(title, async (update) => {
      const failure = await work(update);
      if (failure) throw new PullFailed(failure);
    });
    return undefined;
  } catch (error) {
    if (error instanceof PullFailed) return error.failure;
    throw error;
  }
}

/** Names what was pulled by digest as people know it, unless the user has something else of that name. */
async function giveTag(context: Context, image: EngineImage, name: string): Promise<EngineImage> {
  const { docker } = context.engine;
  if (image.name === name) return image;
  const taken = await findImage(docker, name);
  if (taken && taken.id !== image.id) return image;
  if (!taken) {
    const { tag = "latest" } = parseReference(name);
    await docker.getImage(image.name).tag({ repo: repositoryName(name), tag });
  }
  return { ...image, name };
}

/** The names under which the engine may have it. */
function engineNames(context: Context, { pull, digest }: Wanted): string[] {
  const own = parseReference(pull);
  const places = context.mirror ? [own, onMirror(context.mirror, own)] : [own];
  return places.flatMap((place) => [
    familiarName(place),
    ...(digest ? [familiarName(withVersion(place, { digest }))] : []),
  ]);
}

/** Whether it is an image rather than a failure. */
export function isFound(result: Found | PullFailure): result is Found {
  return "image" in result;
}

/**
 * Says why an image could not be had before it is built in its place; what concerns a whole registry has been said.
 * @throws {Problem} when the engine's disk is full: what is built would not fit either
 */
export function tellBeforeBuilding({ progress }: Context, reference: string, failure: PullFailure): void {
  if (failure.kind === "disk-full") {
    throw pullProblem(
      reference,
      failure,
      "free space on the engine's disk: docker system df shows what takes it",
    );
  }
  if (!concernsRegistry(failure)) progress.note(`${failure.line}: it is built here instead`);
}

/** Tells why an image can't be had, and what to do. */
export function pullProblem(reference: string, failure: PullFailure, remedy: string): Problem {
  return new Problem(`${familiarName(reference)} can't be had: ${failure.line}`, remedy);
}
