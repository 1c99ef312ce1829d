import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

export interface SiteOptions {
  /** Where the chapters are. */
  readonly contentDir: string;
  /** The path that the site is served under, with a slash at both ends. */
  readonly base: string;
  readonly outDir: string;
}

export const root = fileURLToPath(new URL("..", import.meta.url));

/** The options of a build, from the environment: Astro's configuration and its content configuration are modules of their own. */
export function readOptions(environment: Readonly<Record<string, string | undefined>> = process.env): SiteOptions {
  return {
    contentDir: resolve(root, environment.RING3_CONTENT ?? "content"),
    base: `/${environment.RING3_BASE ?? ""}/`.replace(/\/+/g, "/"),
    outDir: resolve(root, environment.RING3_OUT ?? "dist"),
  };
}
