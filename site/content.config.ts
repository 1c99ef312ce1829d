import { docsSchema } from "@astrojs/starlight/schema";
import { glob } from "astro/loaders";
import { defineCollection } from "astro:content";
import { slugOf } from "./chapters.ts";
import { readOptions } from "./options.ts";

/** Every chapter is a page; its address has the names of part and chapter without their numbers. */
export const collections = {
  docs: defineCollection({
    loader: glob({
      base: readOptions().contentDir,
      pattern: "[0-9]*-*/[0-9]*-*.md",
      generateId: ({ entry }) => slugOf(entry),
    }),
    schema: docsSchema(),
  }),
};
