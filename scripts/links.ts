import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";

/** Checks every link and fragment inside the built site; null, or one line for each that leads nowhere. */
export function checkLinks(site: string): string | null {
  const pages = globSync("**/*.html", { cwd: site });
  if (pages.length === 0) return `${site} holds no page: build the site first`;
  const broken = pages.flatMap((page) =>
    findLinks(site, page)
      .filter((link) => !leadsSomewhere(site, page, link))
      .map((link) => `${page}: ${link}`),
  );
  return broken.length === 0 ? null : broken.join("\n");
}

function findLinks(site: string, page: string): string[] {
  const html = readFileSync(path.join(site, page), "utf8").replace(/<script[\s\S]*?<\/script>/g, "");
  return [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map((match) => match[1]!.replaceAll("&amp;", "&"));
}

function leadsSomewhere(site: string, page: string, link: string): boolean {
  const url = new URL(link, `http://site/${page.replace(/index\.html$/, "")}`);
  if (url.host !== "site" || url.protocol === "data:") return true;
  const target = decodeURIComponent(url.pathname).slice(1);
  const file = path.join(site, target === "" || target.endsWith("/") ? `${target}index.html` : target);
  if (!existsSync(file)) return false;
  const fragment = decodeURIComponent(url.hash.slice(1));
  return (
    fragment === "" ||
    fragment === "_top" ||
    new RegExp(`\\sid="?${RegExp.escape(fragment)}["\\s>]`).test(readFileSync(file, "utf8"))
  );
}
