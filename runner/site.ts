/** The built site, in memory: a request can name a built path and nothing else, so there is no path to traverse. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import * as v from "valibot";

export interface SiteFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
  /** The page's content security policy; null for what is not a page. */
  readonly policy: string | null;
  /** The name carries a hash of the content, so a copy never grows old. */
  readonly immutable: boolean;
  /** The body in gzip; null where it would not be smaller. Made at the first request. */
  readonly compressed: () => Buffer | null;
}

export interface Site {
  /** By path, decoded: `/`, `/2-communication/03-pipes/`, `/_astro/x.js`. */
  readonly files: ReadonlyMap<string, SiteFile>;
  readonly notFound: SiteFile | null;
  /** Paths of the pages that our own pages may frame: the fence. */
  readonly framed: ReadonlySet<string>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".xml": "application/xml",
  ".wasm": "application/wasm",
  ".png": "image/png",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};
const compressible = /^text\/|json|xml|wasm/;
const policySchema = v.record(v.string(), v.string());
/** What a page without a policy of its own gets. */
const closedPolicy = "default-src 'none'";
/** The fence's page, wherever the build puts it. */
const fencePattern = /^\/fence(?:\.html|\/)?$/;

/** Reads the built site at `folder`; throws ENOENT where there is none. */
export function loadSite(folder: string): Site {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  const policies = names.includes("policy.json")
    ? v.parse(policySchema, JSON.parse(readFileSync(path.join(folder, "policy.json"), "utf8")))
    : {};
  const files = new Map<string, SiteFile>();
  const framed = new Set<string>();
  for (const name of names) {
    const address = `/${name.split(path.sep).join("/")}`;
    const page = address.replace(/\/index\.html$/, "/");
    const file = readSiteFile(path.join(folder, name), address, policies[page] ?? policies[address]);
    for (const key of new Set([address, page])) {
      files.set(key, file);
      if (fencePattern.test(key)) framed.add(key);
    }
  }
  return { files, framed, notFound: files.get("/404.html") ?? null };
}

function readSiteFile(file: string, address: string, policy: string | undefined): SiteFile {
  const body = readFileSync(file);
  const type = types[path.extname(file)] ?? "application/octet-stream";
  let compressed: Buffer | null | undefined;
  return {
    type,
    body,
    etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
    policy: type.startsWith("text/html") ? (policy ?? closedPolicy) : null,
    immutable: address.startsWith("/_astro/"),
    compressed: () => {
      if (compressed === undefined) {
        const small = compressible.test(type) && body.length > 512 ? gzipSync(body) : null;
        compressed = small !== null && small.length < body.length ? small : null;
      }
      return compressed;
    },
  };
}
