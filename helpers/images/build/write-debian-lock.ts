import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { PROJECT_ROOT } from "../../paths.ts";
import type { Context } from "../context.ts";
import { scratch } from "../scratch.ts";
import { layOut } from "./debian.ts";
import { DEBIAN_LOCK_FILE } from "./debian-lock.ts";
import { readRecipe } from "./recipe.ts";

const ARCHITECTURES = ["amd64", "arm64"];
const HEAD = `# Debian packages of all recipes with what they depend on, by suite and architecture; sha256 is that of the .deb file.
# Written anew by WRITE_DEBIAN_LOCK=1 (fixtures/node/README.md): review what changes.
`;

type Pins = Record<string, { version: string; sha256: string }>;

/** Pins the Debian packages of all recipes as the mirror has them now. */
export async function writeDebianLock(context: Context): Promise<void> {
  const { kubernetes, node, images, standIns } = context.lock;
  const pinned: Record<string, Record<string, Pins>> = {};
  const folders = [node.build, ...Object.values(standIns), ...images.flatMap(({ build }) => build ?? [])];
  for (const image of new Set(folders)) {
    const { debian } = readRecipe(join(PROJECT_ROOT, image), kubernetes);
    if (!debian) continue;
    for (const architecture of ARCHITECTURES) {
      const pins = ((pinned[debian.suite] ??= {})[architecture] ??= {});
      await using temporary = scratch(context.cache);
      const folder = join(temporary.path, "debian");
      await mkdir(folder);
      const packages = await layOut({ architecture, image, debian }, folder, context, () => undefined);
      for (const { name, version, sha256 } of packages) pins[name] = { version, sha256 };
      await rm(folder, { recursive: true });
    }
  }
  const sorted = stringify(pinned, { sortMapEntries: true, lineWidth: 0 });
  await writeFile(join(PROJECT_ROOT, DEBIAN_LOCK_FILE), HEAD + sorted);
}
