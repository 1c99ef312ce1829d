/** Astro's configuration for a prepared site: Starlight as the shell, our plugin in the Markdown, our integration after the pages. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { satteri } from "@astrojs/markdown-satteri";
import starlight from "@astrojs/starlight";
import type { AstroUserConfig } from "astro";
import { ring3 } from "./integration.ts";
import { placeCells } from "./markdown/place.ts";
import { root, type SiteOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";

export function configureSite({ base, contentDir, outDir }: SiteOptions, prepared: Prepared): AstroUserConfig {
  // A cache of its own for every set of chapters, so that builds of different ones do not meet.
  const cacheDir = join(
    root,
    ".cache/site",
    createHash("sha256").update(`${base} ${contentDir}`).digest("hex").slice(0, 10),
  );
  mkdirSync(cacheDir, { recursive: true });
  // The colours of listings are known only now; Starlight takes style sheets by path.
  const highlightCss = join(cacheDir, "highlight.css");
  writeFileSync(highlightCss, prepared.highlightCss);
  return {
    srcDir: "./site",
    publicDir: "./site/public",
    outDir,
    cacheDir: join(cacheDir, "astro"),
    base,
    trailingSlash: "always",
    build: { inlineStylesheets: "never" },
    devToolbar: { enabled: false },
    markdown: {
      syntaxHighlight: false,
      processor: satteri({ mdastPlugins: [placeCells(prepared.placements)] }),
    },
    integrations: [
      starlight({
        title: "Ring 3",
        description: "How processes live together on one machine: a course whose every claim is a cell that runs.",
        // Its search needs a policy with 'wasm-unsafe-eval', a TrustedScriptURL and innerHTML.
        pagefind: false,
        expressiveCode: false,
        credits: false,
        sidebar: prepared.sidebar.map(({ label, items }) => ({ label, items: [...items] })),
        tableOfContents: { minHeadingLevel: 2, maxHeadingLevel: 3 },
        components: { Head: "./site/components/Head.astro", Header: "./site/components/Header.astro" },
        customCss: [
          "./site/styles/page.css",
          "./site/styles/cell.css",
          "./site/styles/views.css",
          "./site/styles/diagrams.css",
          highlightCss,
        ],
      }),
      ring3(prepared, base),
    ],
  };
}
