import { join } from "node:path";
import type { Context } from "../context.ts";
import { type EngineImage, findImage } from "../engine-image.ts";
import { exclusively } from "../exclusive.ts";
import { scratch } from "../scratch.ts";
import { together } from "../together.ts";
import { loadImage } from "./assemble.ts";
import { removeOldImages } from "./old-images.ts";
import { requireSpace } from "./disk.ts";
import { labelsOf, writeLayers } from "./layers.ts";
import { isPartFinished, providePart, removeOldParts } from "./part.ts";
import { type Plan, planImage } from "./plan.ts";

const GIB = 2 ** 30;
/** What building takes on disk with Go's caches: Kubernetes, or a small program. */
const SPACE = { kubernetes: 6 * GIB, small: 1 * GIB };

/** Builds the image in `folder` (from the top), or takes it as it is in the engine when nothing has changed. */
export async function buildImage(context: Context, folder: string, version: string): Promise<EngineImage> {
  const plan = await planImage(context, folder, version);
  const present = await findImage(context.engine.docker, plan.name);
  if (present) return present;
  const lock = { what: plan.name, progress: context.progress, signal: context.signal };
  return exclusively(join(context.cache, `image-${plan.title}`), lock, async () => {
    const meanwhile = await findImage(context.engine.docker, plan.name);
    if (meanwhile) return meanwhile;
    await requireSpaceFor(context, plan);
    const folders = await provideParts(context, plan);
    await context.progress.step(`putting ${plan.title} together`, () => assemble(context, plan, folders));
    await removeOldParts(context.cache);
    const built = await findImage(context.engine.docker, plan.name);
    if (!built) throw new Error(`the engine was given ${plan.name} and doesn't have it`);
    await removeOldImages(context.engine.docker, built.name);
    return built;
  });
}

async function requireSpaceFor(context: Context, plan: Plan): Promise<void> {
  const parts = [...plan.programs, ...(plan.debian ? [plan.debian] : [])];
  const finished = await Promise.all(parts.map((part) => isPartFinished(context.cache, part)));
  if (finished.every(Boolean)) return;
  const needed = plan.recipe.go.length > 1 ? SPACE.kubernetes : SPACE.small;
  for (const folder of [context.cache, plan.go?.cacheFolder])
    if (folder) await requireSpace(folder, needed, plan.title);
}

/** Where the parts of an image are. */
export interface PartFolders {
  readonly programs: readonly string[];
  readonly debian: string | undefined;
}

/** Makes all parts: packages are fetched beside the compiler's work. When one fails, the others are stopped. */
async function provideParts(context: Context, plan: Plan): Promise<PartFolders> {
  const compile = async (signal: AbortSignal) => {
    const folders: string[] = [];
    for (const part of plan.programs) folders.push(await providePart({ ...context, signal }, part));
    return folders;
  };
  const layOut = async (signal: AbortSignal) =>
    plan.debian && providePart({ ...context, signal }, plan.debian);
  const [programs, debian] = await together<[string[], string | undefined]>(context.signal, [
    compile,
    layOut,
  ]);
  return { programs, debian };
}

async function assemble(context: Context, plan: Plan, folders: PartFolders): Promise<void> {
  await using temporary = scratch(context.cache);
  const { layers, packages } = await writeLayers(plan, temporary.path, folders);
  const labels = labelsOf(plan, packages);
  await loadImage(context, { name: plan.name, layers, config: plan.recipe.image, labels });
}
