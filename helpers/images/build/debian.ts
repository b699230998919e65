import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packStream, readTar, writeTar } from "../tar.ts";
import { runCommand } from "./child.ts";
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

/** Debian packages with all that they depend on, unpacked and not configured, as a layer of an image. */
export function debianPart(architecture: string, image: string, debian: Debian): Part {
  return {
    name: `${image}-debian`,
    title: `laying out Debian packages for ${image}`,
    inputs: [FORMAT, JSON.stringify(debian), architecture],
    async make(folder, context, update) {
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
      const versions = await writeLayer(unpacked, join(folder, DEBIAN_LAYER), [...NEVER_KEPT, ...exclude]);
      await writeFile(join(folder, DEBIAN_PACKAGES), versions.map((line) => `${line}\n`).join(""));
      await rm(unpacked);
    },
  };
}

async function writeLayer(source: string, target: string, exclude: readonly string[]): Promise<string[]> {
  const excluded = exclude.map(toPattern);
  const versions: string[] = [];
  await writeTar(target, async (pack) => {
    for await (const { header, content } of readTar(source)) {
      const path = `/${header.name.replace(/^\.?\//, "").replace(/\/$/, "")}`;
      const [, name, version] = PACKAGE_FILE.exec(path) ?? [];
      if (name && version) versions.push(`${name}=${decodeURIComponent(version)}`);
      if (path === "/" || excluded.some((pattern) => pattern.test(path))) continue;
      const linkname = header.type === "link" ? header.linkname?.replace(/^\.\//, "") : header.linkname;
      const kept = { ...header, name: path.slice(1) + (header.type === "directory" ? "/" : ""), linkname };
      await packStream(pack, kept, content);
    }
  });
  return versions.sort();
}

/** As dpkg understands `path-exclude`: `*` stands for anything, slashes too. */
function toPattern(glob: string): RegExp {
  const pattern = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${pattern}$`);
}
