/**
 * The one policy of the site: computed from the built pages, written into each as <meta> and kept for the runner, which repeats it as a
 * header. Inline scripts and styles are allowed by their hashes; style attributes are moved into a style sheet.
 */
import { createHash } from "node:crypto";

export interface PolicedPage {
  readonly html: string;
  /** The value of the header: what the page says itself and what only a header can say. */
  readonly csp: string;
}

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Data blocks do not run and need no permission. */
const dataTypes = /\btype="?(?:application\/(?:ld\+)?json|speculationrules)/;

/** The hashes of what `html` runs or styles inline. */
function hashInline(html: string, tag: "script" | "style"): string[] {
  const blocks = html.matchAll(new RegExp(`<${tag}\\b([^>]*)>([\\s\\S]*?)</${tag}>`, "g"));
  const inline = [...blocks].filter(([, attributes = ""]) => !/\bsrc=/.test(attributes) && !dataTypes.test(attributes));
  return [...new Set(inline.map(([, , text = ""]) => hash(text)))];
}

/** A page with its policy as the first thing in its head. */
export function policePage(html: string): PolicedPage {
  const directives = [
    "default-src 'none'",
    ["script-src 'self'", ...hashInline(html, "script")].join(" "),
    ["style-src 'self'", ...hashInline(html, "style")].join(" "),
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return withMeta(html, directives, "frame-ancestors 'none'");
}

/** The fence's page: its one script, and Workers made from blobs; no network, no storage, whichever way it is opened. */
export function policeFence(html: string): PolicedPage {
  const directives = [
    "default-src 'none'",
    ["script-src", ...hashInline(html, "script"), "blob:"].join(" "),
    "worker-src blob:",
    "connect-src 'none'",
  ];
  return withMeta(html, directives, "sandbox allow-scripts; frame-ancestors 'self'");
}

function withMeta(html: string, directives: readonly string[], headerOnly: string): PolicedPage {
  const csp = directives.join("; ");
  const meta = `<meta http-equiv="Content-Security-Policy" content="${csp}">`;
  if (!html.includes("<head>")) throw new Error("a page without <head> cannot carry its policy");
  // The encoding comes first: browsers look for it in the first kilobyte, and hashes are long.
  const rest = html.replace(/<meta charset="utf-8"\s*\/?>/i, "");
  const policed = rest.replace("<head>", `<head><meta charset="utf-8">${meta}`);
  return { html: policed, csp: `${csp}; ${headerOnly}` };
}

/** Moves style attributes into rules: `rules` collects them by name, for a style sheet that all pages share. */
export function moveStyles(html: string, rules: Map<string, string>): string {
  const parts = html.split(/(<(?:script|style)\b[\s\S]*?<\/(?:script|style)>)/);
  const tags = /<[a-zA-Z][^\s<>]*(?:\s+[^\s"'<>/=]+(?:=(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*\s*\/?>/g;
  const move = (tag: string): string =>
    tag.replace(/\sstyle=(?:"([^"]*)"|'([^']*)')/, (_, double?: string, single?: string) => {
      const declarations = (double ?? single ?? "").trim();
      if (declarations === "") return "";
      const name = createHash("sha256").update(declarations).digest("hex").slice(0, 8);
      rules.set(name, declarations.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&"));
      return ` data-style="${name}"`;
    });
  return parts.map((part, index) => (index % 2 === 0 ? part.replace(tags, move) : part)).join("");
}

/** The rules that `moveStyles` collected, as a style sheet. */
export const printStyles = (rules: ReadonlyMap<string, string>): string =>
  [...rules].map(([name, declarations]) => `[data-style="${name}"]{${declarations}}`).join("\n");
