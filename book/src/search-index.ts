import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";
import * as pagefind from "pagefind";

/**
 * Writes the search index once more, after Starlight has: Pagefind says that its files are written before they are, and
 * Starlight then ends it, so that on a busy machine some were cut off. Here it only hands over what is in them.
 */
export const wholeSearchIndex: AstroIntegration = {
  name: "whole-search-index",
  hooks: {
    "astro:build:done": async ({ dir }) => {
      const site = fileURLToPath(dir);
      try {
        const { index, errors } = await pagefind.createIndex();
        if (!index) throw new Error(`Pagefind: ${errors.join("; ")}`);
        const added = await index.addDirectory({ path: site });
        const got = await index.getFiles();
        const troubles = [...added.errors, ...got.errors];
        if (troubles.length > 0) throw new Error(`Pagefind: ${troubles.join("; ")}`);
        for (const { path, content } of got.files) {
          const file = join(site, "pagefind", path);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, content);
        }
      } finally {
        await pagefind.close();
      }
    },
  },
};
