import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Problem } from "../../problem.ts";

/** The file in an image's folder that says how it is built. */
const RECIPE_FILE = "recipe.json";

const path = z.string().regex(/^\/[^\s]*$/, "a path in the image starts with /");

const goGroupSchema = z.strictObject({
  /** Folder of the module, from the recipe's. */
  dir: z.string(),
  /** The module file, from `dir`; its go.sum lies beside it. */
  modfile: z.string().default("go.mod"),
  tags: z.array(z.string()).default([]),
  ldflags: z.array(z.string()).default([]),
  /** Where each package's program goes. */
  outputs: z.record(z.string(), path),
});

const cProgramSchema = z.strictObject({
  /** Go module whose sources hold the program. */
  module: z.string(),
  dir: z.string(),
  modfile: z.string().default("go.mod"),
  /** The source's path in that module. */
  source: z.string(),
  flags: z.array(z.string()),
  output: path,
});

const debianSchema = z.strictObject({
  suite: z.string(),
  packages: z.array(z.string()).min(1),
  /** Paths that are left out, `*` stands for anything. */
  exclude: z.array(z.string()).default([]),
});

const recipeSchema = z.strictObject({
  go: z.array(goGroupSchema).default([]),
  c: z.array(cProgramSchema).default([]),
  debian: debianSchema.optional(),
  /** Files of the recipe's folder by their path in the image. */
  files: z.record(path, z.string()).default({}),
  /** Symbolic links and what they point to. */
  symlinks: z.record(path, z.string()).default({}),
  /** Links of many names to one program, where the name is still free. */
  applets: z.record(path, z.array(z.string())).default({}),
  directories: z.array(path).default([]),
  image: z.strictObject({
    entrypoint: z.array(z.string()).optional(),
    cmd: z.array(z.string()).optional(),
    env: z.record(z.string(), z.string()).default({}),
    volumes: z.array(path).default([]),
    expose: z.array(z.string()).default([]),
    user: z.string().optional(),
    workdir: path.optional(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
});

/** How an image is built. */
export type Recipe = z.infer<typeof recipeSchema>;
export type GoGroup = z.infer<typeof goGroupSchema>;
export type CProgram = z.infer<typeof cProgramSchema>;
export type Debian = z.infer<typeof debianSchema>;

/** Reads the recipe in `folder`, for a Kubernetes version such as v1.36.3. */
export function readRecipe(folder: string, version: string): Recipe {
  const file = join(folder, RECIPE_FILE);
  if (!existsSync(file))
    throw new Problem(`${file} is missing`, "restore it with git, or name another folder in the lock");
  const text = fillIn(readFileSync(file, "utf8"), version);
  const result = recipeSchema.safeParse(JSON.parse(text));
  if (!result.success) {
    const details = z.prettifyError(result.error).split("\n");
    throw new Problem(`${file} is not a recipe`, "fix the fields listed", { details });
  }
  requireModules(folder, result.data, version);
  return result.data;
}

/** Puts a version such as v1.36.3 in place of the names of its parts. */
function fillIn(text: string, version: string): string {
  const [, major = "", minor = ""] = /^v(\d+)\.(\d+)\./.exec(version) ?? [];
  const values: Readonly<Record<string, string>> = { version, major, minor };
  return text.replaceAll(/\$\{(version|major|minor)\}/g, (_, name: string) => values[name] ?? "");
}

function requireModules(folder: string, recipe: Recipe, version: string): void {
  for (const { dir, modfile } of [...recipe.go, ...recipe.c]) {
    const file = join(folder, dir, modfile);
    if (existsSync(file)) continue;
    const versions = join(folder, dir, "versions");
    const known = existsSync(versions) ? readdirSync(versions).sort().join(", ") : "none";
    throw new Problem(
      `Kubernetes ${version} can't be built here: ${file} is missing`,
      `choose a version that can (${known}), or an image that can be pulled (K3S_IMAGE=rancher/k3s:${version}-k3s1)`,
    );
  }
}
