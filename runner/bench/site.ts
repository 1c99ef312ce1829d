/** What the built pages weigh: `ring3 bench site`. */
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { BenchResult } from "../../schema/command.ts";
import { Misuse } from "../misuse.ts";

const dist = path.join(import.meta.dirname, "..", "..", "dist");
const limitBytes = 25 * 1_024;

/** For each chapter the part of the simulator that its page loads; beside it, all parts together. */
export function benchSite(): BenchResult[] {
  if (!existsSync(dist)) throw new Misuse("no-site", "the site is not built; run npm start or npm run build first");
  const pages = globSync("**/index.html", { cwd: dist }).toSorted();
  return pages.flatMap((page) => {
    const html = readFileSync(path.join(dist, page), "utf8");
    const weigh = (attribute: string): number | null => {
      const file = new RegExp(`data-${attribute}="[^"]*/(_astro/[^"]+)"`).exec(html)?.[1];
      return file === undefined ? null : gzipSync(readFileSync(path.join(dist, file))).length;
    };
    const [value, all] = [weigh("modules"), weigh("all-modules")];
    if (value === null || all === null) return [];
    return {
      name: `simulator that /${path.dirname(page)}/ loads`,
      value,
      unit: "bytes, gzip",
      baseline: { name: "all of it", value: all },
      ratio: Math.round((1_000 * value) / all) / 1_000,
      target: `at most ${limitBytes}`,
      ok: value <= limitBytes,
    };
  });
}
