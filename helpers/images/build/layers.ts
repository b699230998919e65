import { join, posix } from "node:path";
import { LABEL } from "../../run.ts";
import { KUBERNETES_LABEL, OWN_REPOSITORY, RECIPE_LABEL, STAND_IN_LABEL } from "../engine-image.ts";
import type { PartFolders } from "./build.ts";
import { DEBIAN_LAYER, DEBIAN_PACKAGES } from "./debian.ts";
import { type Entry, FileTree, readLines } from "./file-tree.ts";
import type { Plan } from "./plan.ts";
import type { Recipe } from "./recipe.ts";

const VERSION_LABEL = "org.opencontainers.image.version";
const TITLE_LABEL = "org.opencontainers.image.title";

/** Writes the layers of an image, of its parts in their folders, into `target`; says which Debian packages it has. */
export async function writeLayers(
  plan: Plan,
  target: string,
  { programs, debian }: PartFolders,
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
    ...Object.entries(recipe.files).map(([path, file]): Entry => ({
      kind: "file",
      path,
      source: join(plan.folder, file),
      mode: 0o644,
    })),
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

/** The labels of an image: what it stands in for, and what it was built from. */
export function labelsOf(plan: Plan, packages: readonly string[]): Record<string, string> {
  const { "stand-in": standsInFor, kubernetes, ...others } = plan.recipe.image.labels;
  return {
    ...others,
    ...(standsInFor && { [STAND_IN_LABEL]: "true", [`${STAND_IN_LABEL}-for`]: standsInFor }),
    ...(kubernetes && { [KUBERNETES_LABEL]: kubernetes, [VERSION_LABEL]: kubernetes }),
    ...(plan.go && { [`${LABEL}.go`]: plan.go.version }),
    ...(packages.length > 0 && { [`${LABEL}.debian`]: packages.join(" ") }),
    [RECIPE_LABEL]: plan.hash,
    [TITLE_LABEL]: `${OWN_REPOSITORY}/${plan.title}`,
  };
}
