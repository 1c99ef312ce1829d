/** Ring 3 as an Astro integration: adds to the pages what only a finished page can have, its policy, and the files that it fetches later. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";
import { nameByContent } from "./fence/bundle.ts";
import { moveStyles, policePage, printStyles } from "./policy.ts";
import type { Prepared } from "./prepare.ts";

export function ring3({ fence, files }: Prepared, base: string): AstroIntegration {
  return {
    name: "ring3",
    hooks: {
      "astro:server:setup": ({ server }) => {
        const served = new Map([
          ...files.map(({ path, text }) => [path, text] as const),
          [fence.page.path, fence.page.html],
        ]);
        server.middlewares.use((request, response, next) => {
          const path = (request.url ?? "").slice(base.length).replace(/\?.*/, "");
          const text = served.get(path);
          if (text === undefined) return next();
          response.setHeader(
            "Content-Type",
            path.endsWith(".html") ? "text/html" : path.endsWith(".js") ? "text/javascript" : "application/json",
          );
          response.end(text);
        });
      },
      "astro:build:done": ({ dir }) => {
        const folder = fileURLToPath(dir);
        const policies = policePages(folder, base);
        for (const { path, text } of files) writeInto(folder, path, text);
        writeInto(folder, fence.page.path, fence.page.html);
        policies[`/${fence.page.path}`] = fence.page.csp;
        writeInto(folder, "policy.json", `${JSON.stringify(policies, null, 2)}\n`);
      },
    },
  };
}

/** Gives every page under `folder` its policy; the policies by path, as a server sees it (`/`, `/communication/pipes/`, `/404.html`). */
function policePages(folder: string, base: string): Record<string, string> {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".html"))
    .toSorted();
  const rules = new Map<string, string>();
  const moved = pages.map((name) => [name, moveStyles(readFileSync(join(folder, name), "utf8"), rules)] as const);
  const sheet = nameByContent("styles", printStyles(rules), "css");
  writeInto(folder, sheet.path, sheet.text);
  const policies: Record<string, string> = {};
  for (const [name, html] of moved) {
    const linked = html.replace("</head>", `<link rel="stylesheet" href="${base}${sheet.path}"></head>`);
    const page = policePage(linked);
    writeFileSync(join(folder, name), page.html);
    policies[`/${name.split(sep).join("/")}`.replace(/\/index\.html$/, "/")] = page.csp;
  }
  return policies;
}

function writeInto(folder: string, path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
