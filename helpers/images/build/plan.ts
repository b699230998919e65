import { join, posix, resolve } from "node:path";
import { PROJECT_ROOT } from "../../paths.ts";
import type { Context } from "../context.ts";
import { OWN_REPOSITORY } from "../engine-image.ts";
import { hashOf } from "../hash.ts";
import { debianPart } from "./debian.ts";
import { type GoToolchain, goToolchain } from "./go-toolchain.ts";
import type { Part } from "./part.ts";
import { cPart, goPart, type ProgramPart } from "./programs.ts";
import { type Recipe, readRecipe } from "./recipe.ts";
import { goVersionNeeded, hashFiles } from "./sources.ts";

/** To be changed when images are put together in another way. */
const FORMAT = "1";

/** What an image is made of; its name follows from all of it. */
export interface Plan {
  readonly title: string;
  /** The image's name in the engine. */
  readonly name: string;
  readonly hash: string;
  readonly folder: string;
  readonly recipe: Recipe;
  readonly go: GoToolchain | undefined;
  readonly debian: Part | undefined;
  readonly programs: readonly ProgramPart[];
}

/** Reads the recipe in `folder`, from the top folder, and sees what it comes to. */
export async function planImage(context: Context, recipeFolder: string, version: string): Promise<Plan> {
  const folder = resolve(PROJECT_ROOT, recipeFolder);
  const recipe = readRecipe(folder, version);
  const title = posix.basename(recipeFolder);
  const modules = [...recipe.go, ...recipe.c];
  const modfiles = modules.map(({ dir, modfile }) => join(folder, dir, modfile));
  const go = modules.length > 0 ? await goToolchain(context.lock, goVersionNeeded(modfiles)) : undefined;
  const { architecture } = context.engine;
  const inputs = go && { architecture, go, folder, image: title };
  const programs = inputs
    ? [
        ...recipe.go.map((group) => goPart(inputs, group)),
        ...recipe.c.map((program) => cPart(inputs, program)),
      ]
    : [];
  const debian = recipe.debian && debianPart(architecture, title, recipe.debian);
  const parts = [...programs, ...(debian ? [debian] : [])];
  const files = hashFiles(folder, Object.values(recipe.files));
  const hash = hashOf([
    FORMAT,
    JSON.stringify(recipe),
    files,
    architecture,
    ...parts.flatMap(({ inputs }) => inputs),
  ]);
  return {
    title,
    name: `${OWN_REPOSITORY}/${title}:${hash}`,
    hash,
    folder,
    recipe,
    go,
    debian,
    programs,
  };
}
