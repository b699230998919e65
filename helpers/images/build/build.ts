import { join, posix, resolve } from "node:path";
import { PROJECT_ROOT } from "../../paths.ts";
import { LABEL } from "../../run.ts";
import type { Context } from "../context.ts";
import {
  type EngineImage,
  findImage,
  KUBERNETES_LABEL,
  OWN_REPOSITORY,
  RECIPE_LABEL,
  STAND_IN_LABEL,
} from "../engine-image.ts";
import { exclusively } from "../exclusive.ts";
import { hashOf } from "../hash.ts";
import { scratch } from "../scratch.ts";
import { loadImage } from "./assemble.ts";
import { DEBIAN_LAYER, DEBIAN_PACKAGES, debianPart } from "./debian.ts";
import { requireSpace } from "./disk.ts";
import { type Entry, FileTree, readLines } from "./file-tree.ts";
import { type GoToolchain, goToolchain } from "./go-toolchain.ts";
import { isPartFinished, type Part, providePart, removeOldParts } from "./part.ts";
import { cPart, goPart, type ProgramPart } from "./programs.ts";
import { type Recipe, readRecipe } from "./recipe.ts";
import { goVersionNeeded, hashFiles } from "./sources.ts";

/** To be changed when images are put together in another way. */
const FORMAT = "1";
const GIB = 2 ** 30;
/** What building takes on disk, by what has to be built. */
const SPACE = { kubernetes: 6 * GIB, other: 1 * GIB };
const VERSION_LABEL = "org.opencontainers.image.version";

/** Builds the image in `folder` (from the top), or takes it as it is in the engine when nothing has changed. */
export async function buildImage(context: Context, folder: string, version: string): Promise<EngineImage> {
  const plan = await planImage(context, folder, version);
  const present = await findImage(context.engine.docker, plan.name);
  if (present) return present;
  const lock = { what: plan.name, progress: context.progress, signal: context.signal };
  return exclusively(join(context.cache, `image-${plan.title}`), lock, async () => {
    const meanwhile = await findImage(context.engine.docker, plan.name);
    if (meanwhile) return meanwhile;
    await buildPlan(context, plan);
    await removeOldParts(context.cache);
    const built = await findImage(context.engine.docker, plan.name);
    if (!built) throw new Error(`the engine was given ${plan.name} and doesn't have it`);
    return built;
  });
}

interface Plan {
  readonly title: string;
  /** The image's name in the engine. */
  readonly name: string;
  readonly hash: string;
  readonly folder: string;
  readonly version: string;
  readonly recipe: Recipe;
  readonly go: GoToolchain | undefined;
  readonly debian: Part | undefined;
  readonly programs: readonly ProgramPart[];
}

async function planImage(context: Context, relativeFolder: string, version: string): Promise<Plan> {
  const folder = resolve(PROJECT_ROOT, relativeFolder);
  const recipe = readRecipe(folder, version);
  const title = posix.basename(relativeFolder);
  const modules = [...recipe.go, ...recipe.c];
  const modfiles = modules.map(({ dir, modfile }) => join(folder, dir, modfile));
  const go = modules.length > 0 ? await goToolchain(context, goVersionNeeded(modfiles)) : undefined;
  const programs = go
    ? [
        ...recipe.go.map((group) => goPart(context, go, folder, title, group)),
        ...recipe.c.map((program) => cPart(context, go, folder, title, program)),
      ]
    : [];
  const debian = recipe.debian && debianPart(context, title, recipe.debian);
  const parts = [...programs, ...(debian ? [debian] : [])];
  const files = hashFiles(folder, Object.values(recipe.files));
  const hash = hashOf([
    FORMAT,
    JSON.stringify(recipe),
    files,
    context.engine.architecture,
    ...parts.flatMap(({ inputs }) => inputs),
  ]);
  return {
    title,
    name: `${OWN_REPOSITORY}/${title}:${hash}`,
    hash,
    folder,
    version,
    recipe,
    go,
    debian,
    programs,
  };
}

async function buildPlan(context: Context, plan: Plan): Promise<void> {
  const parts = [...plan.programs, ...(plan.debian ? [plan.debian] : [])];
  const unfinished = (await Promise.all(parts.map((part) => isPartFinished(context.cache, part)))).some(
    (done) => !done,
  );
  if (unfinished) {
    const space = plan.recipe.go.length > 1 ? SPACE.kubernetes : SPACE.other;
    await requireSpace(context.cache, space, plan.title);
  }
  const { debian, programs } = await provideParts(context, plan);
  await context.progress.step(`putting ${plan.title} together`, async () => {
    await using temporary = scratch(context.cache);
    const { layers, packages } = await writeLayers(plan, temporary.path, programs, debian);
    const labels = labelsOf(plan, packages);
    await loadImage(context, { name: plan.name, layers, config: plan.recipe.image, labels });
  });
}

interface PartFolders {
  readonly programs: readonly string[];
  readonly debian: string | undefined;
}

/** Makes all parts: packages are fetched beside the compiler's work. When one fails, the others are stopped. */
async function provideParts(context: Context, plan: Plan): Promise<PartFolders> {
  const stop = new AbortController();
  const signal = context.signal ? AbortSignal.any([context.signal, stop.signal]) : stop.signal;
  const inner = { ...context, signal };
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!stop.signal.aborted) stop.abort(error);
      throw error;
    }
  };
  // Planned anew, so that the parts' commands heed the signal.
  const { programs, debian } = await planImage(inner, plan.folder, plan.version);
  const compile = async () => {
    const folders: string[] = [];
    for (const part of programs) folders.push(await providePart(inner, part));
    return folders;
  };
  const [compiled, laidOut] = await Promise.allSettled([
    guarded(compile()),
    guarded(debian ? providePart(inner, debian) : Promise.resolve(undefined)),
  ]);
  context.signal?.throwIfAborted();
  if (stop.signal.aborted) throw stop.signal.reason;
  if (compiled.status === "rejected") throw compiled.reason;
  if (laidOut.status === "rejected") throw laidOut.reason;
  return { programs: compiled.value, debian: laidOut.value };
}

async function writeLayers(
  plan: Plan,
  target: string,
  programs: readonly string[],
  debian: string | undefined,
): Promise<{ layers: string[]; packages: string[] }> {
  const { recipe } = plan;
  const tree = new FileTree();
  const layers: string[] = [];
  const add = async (entries: readonly Entry[]) => {
    if (entries.length === 0) return;
    const layer = join(target, `${layers.length}.tar`);
    await tree.writeLayer(layer, entries);
    layers.push(layer);
  };
  if (debian) {
    const layer = join(debian, DEBIAN_LAYER);
    await tree.addLayer(layer);
    layers.push(layer);
  }
  for (const [index, { paths }] of plan.programs.entries()) {
    const folder = programs[index] ?? "";
    await add(paths.map((path) => ({ kind: "file", path, source: join(folder, path), mode: 0o755 })));
  }
  await add([
    ...recipe.directories.map((path): Entry => ({ kind: "directory", path })),
    ...Object.entries(recipe.files).map(
      ([path, file]): Entry => ({ kind: "file", path, source: join(plan.folder, file), mode: 0o644 }),
    ),
    ...Object.entries(recipe.symlinks).map(([path, link]): Entry => ({ kind: "link", path, target: link })),
    ...appletLinks(recipe, tree),
  ]);
  return { layers, packages: debian ? await readLines(join(debian, DEBIAN_PACKAGES)) : [] };
}

/** Links for the programs that one program is many of, where nothing else has the name. */
function appletLinks(recipe: Recipe, tree: FileTree): Entry[] {
  return Object.entries(recipe.applets).flatMap(([program, names]) =>
    names
      .map((name) => posix.join(posix.dirname(program), name))
      .filter((path) => !tree.has(path) && !(path in recipe.symlinks))
      .map((path): Entry => ({ kind: "link", path, target: posix.basename(program) })),
  );
}

function labelsOf(plan: Plan, packages: readonly string[]): Record<string, string> {
  const { "stand-in": standsInFor, kubernetes, ...others } = plan.recipe.image.labels;
  return {
    ...others,
    ...(standsInFor && { [STAND_IN_LABEL]: "true", [`${STAND_IN_LABEL}-for`]: standsInFor }),
    ...(kubernetes && { [KUBERNETES_LABEL]: kubernetes, [VERSION_LABEL]: kubernetes }),
    ...(plan.go && { [`${LABEL}.go`]: plan.go.version }),
    ...(packages.length > 0 && { [`${LABEL}.debian`]: packages.join(" ") }),
    [RECIPE_LABEL]: plan.hash,
    "org.opencontainers.image.title": `${OWN_REPOSITORY}/${plan.title}`,
  };
}
