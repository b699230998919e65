import { defineCollection } from "astro:content";
import { docsSchema } from "@astrojs/starlight/schema";

/** Starlight wants its collection; all our pages are routes, made from the book's data. */
export const collections = {
  docs: defineCollection({ loader: () => [], schema: docsSchema() }),
};
