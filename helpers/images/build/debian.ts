import { createHash } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Problem } from "../../problem.ts";
import type { Context } from "../context.ts";
import { packStream, readTar, writeTar } from "../tar.ts";
import { runCommand } from "./child.ts";
import { comparePackages, type DebianPackage, lockedPackages } from "./debian-lock.ts";
import { MMDEBSTRAP, requirePrograms } from "./host-packages.ts";
import type { Part } from "./part.ts";
import type { Debian } from "./recipe.ts";

/** The layer in the part's folder. */
export const DEBIAN_LAYER = "layer.tar";
/** The packages in it, `name=version` each, one a line. */
export const DEBIAN_PACKAGES = "packages.txt";
/** To be changed when the layer is made in another way. */
const FORMAT = "1";
/** What apt leaves behind, and devices, which an engine gives to every container. */
const NEVER_KEPT = ["/dev/*", "/var/cache/apt/*", "/var/lib/apt/*", "/var/log/apt/*"];
const PACKAGE_FILE = /\/var\/cache\/apt\/archives\/([^/_]+)_([^/_]+)_[^/_]+\.deb$/;

/**
 * Debian packages with all that they depend on, unpacked and not configured, as a layer of an image. What was locked
 * and comes with another content is refused; other versions, of which a mirror keeps the newest only, are told.
 */
export function debianPart(
  architecture: string,
  image: string,
  debian: Debian,
  locked = lockedPackages(debian.suite, architecture),
): Part {
  return {
    name: `${image}-debian`,
    title: `laying out Debian packages for ${image}`,
    inputs: [FORMAT, JSON.stringify(debian), architecture, JSON.stringify([...locked])],
    async make(folder, context, update) {
      const packages = await layOut({ architecture, image, debian }, folder, context, update);
      const { forged, different } = comparePackages(locked, packages);
      if (forged.length > 0) {
        throw new Problem(
          `Debian packages for ${image} are not what is pinned: ${forged.join(", ")} came with another SHA-256`,
          "don't use them; ask whoever runs the mirror in between, or restore fixtures/debian.lock.yaml with git if it was edited",
        );
      }
      if (locked.size === 0)
        context.progress.note(`Debian packages of ${debian.suite} for ${architecture} are not pinned`);
      else if (different.length > 0)
        context.progress.note(
          `Debian packages of ${image} in other versions than fixtures/debian.lock.yaml pins: ${different.join(", ")}`,
        );
      const lines = packages.map(({ name, version }) => `${name}=${version}\n`);
      await writeFile(join(folder, DEBIAN_PACKAGES), lines.join(""));
    },
  };
}

/** Lays packages out as a layer in `folder`; says which they are, by the files that they came in. */
export async function layOut(
  { architecture, image, debian }: { architecture: string; image: string; debian: Debian },
  folder: string,
  context: Context,
  update: (detail: string) => void,
): Promise<DebianPackage[]> {
  await requirePrograms(context, [MMDEBSTRAP], image);
  const unpacked = join(folder, "unpacked.tar");
  const { suite, packages, exclude } = debian;
  const options = ["--variant=extract", "--skip=cleanup/apt", `--architectures=${architecture}`];
  await runCommand("mmdebstrap", [...options, `--include=${packages.join(",")}`, suite, unpacked], {
    doing: `laying out Debian packages for ${image}`,
    cwd: folder,
    signal: context.signal,
    onLine: (line) => update(line.replace(/^[A-Z]: /, "")),
  });
  update("writing the layer");
  const found = await writeLayer(unpacked, join(folder, DEBIAN_LAYER), [...NEVER_KEPT, ...exclude]);
  await rm(unpacked);
  return found;
}

async function writeLayer(
  source: string,
  target: string,
  exclude: readonly string[],
): Promise<DebianPackage[]> {
  const excluded = exclude.map(toPattern);
  const packages: DebianPackage[] = [];
  await writeTar(target, async (pack) => {
    for await (const { header, content } of readTar(source)) {
      const path = `/${header.name.replace(/^\.?\//, "").replace(/\/$/, "")}`;
      const [, name, version] = PACKAGE_FILE.exec(path) ?? [];
      if (name && version)
        packages.push({ name, version: decodeURIComponent(version), sha256: await sha256Of(content) });
      if (path === "/" || excluded.some((pattern) => pattern.test(path))) continue;
      const linkname = header.type === "link" ? header.linkname?.replace(/^\.\//, "") : header.linkname;
      const kept = { ...header, name: path.slice(1) + (header.type === "directory" ? "/" : ""), linkname };
      await packStream(pack, kept, content);
    }
  });
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function sha256Of(content: Readable): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of content) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** As dpkg understands `path-exclude`: `*` stands for anything, slashes too. */
function toPattern(glob: string): RegExp {
  const pattern = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${pattern}$`);
}
