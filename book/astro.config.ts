import starlight from "@astrojs/starlight";
import { defineConfig } from "astro/config";
import { BENCH_WORDS } from "./src/bench-words.ts";
import { bookFile, readBook } from "./src/book.ts";
import { wholeSearchIndex } from "./src/search-index.ts";
import { WORDS } from "./src/words.ts";

const { chapters, comparison, bench } = readBook();

export default defineConfig({
  // "npm run book -- --base /tutorial/" sets it.
  base: process.env["BOOK_BASE"] ?? "/",
  trailingSlash: "always",
  devToolbar: { enabled: false },
  integrations: [
    {
      name: "book-data",
      // Where pages are served while they are written: they are drawn anew when the book was put together again.
      hooks: { "astro:config:setup": ({ addWatchFile }) => addWatchFile(bookFile()) },
    },
    starlight({
      title: { en: WORDS.en.title, "zh-CN": WORDS.zh.title },
      locales: {
        root: { label: "English", lang: "en" },
        zh: { label: "简体中文", lang: "zh-CN" },
      },
      sidebar: [
        { label: WORDS.en.story, translations: { "zh-CN": WORDS.zh.story }, link: "/" },
        {
          label: WORDS.en.chapters,
          translations: { "zh-CN": WORDS.zh.chapters },
          items: chapters.map(({ id, title }) => ({
            label: `${Number(id.slice(0, 2))}. ${title.en}`,
            translations: { "zh-CN": `${Number(id.slice(0, 2))}. ${title.zh}` },
            link: `/${id}/`,
          })),
        },
        // Without a recording of that chapter there is no such page.
        ...(comparison
          ? [
              {
                label: WORDS.en.comparison,
                translations: { "zh-CN": WORDS.zh.comparison },
                link: "/comparison/",
              },
            ]
          : []),
        // Without anything measured there is no such page.
        ...(Object.keys(bench).length > 1
          ? [
              {
                label: BENCH_WORDS.en.title,
                translations: { "zh-CN": BENCH_WORDS.zh.title },
                link: "/bench/",
              },
            ]
          : []),
        { label: WORDS.en.ledger, translations: { "zh-CN": WORDS.zh.ledger }, link: "/ledger/" },
      ],
      components: { Search: "./src/components/Search.astro" },
      customCss: ["./src/styles/book.css"],
      pagefind: true,
      credits: false,
    }),
    wholeSearchIndex,
  ],
});
