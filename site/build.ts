/** Builds the whole site: chapters checked first, pages into a folder beside the target, which takes its place when they are complete. */
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "astro";
import { configureSite } from "./config.ts";
import { type Prepared, prepareSite } from "./prepare.ts";
import { readOptions, root, type SiteOptions } from "./options.ts";
import { toChapterProblems } from "./problems.ts";

/**
 * Builds the site into `outDir` (default `dist`), for the path `base` (default `/`), from the chapters in `contentDir` (default `content`).
 * Throws `ChapterProblems` when chapters have any: then the folder that was there stays as it was. One build at a time per process.
 */
export async function buildSite(options: Partial<SiteOptions> = {}): Promise<void> {
  const { contentDir, base, outDir } = { ...readOptions(), ...options };
  const target = resolve(root, outDir);
  const fresh = `${target}.new-${process.pid}`;
  const old = `${target}.old-${process.pid}`;
  const site = { contentDir: resolve(root, contentDir), base, outDir: fresh };
  // The content collection is a module of its own and reads where the chapters are from here.
  Object.assign(process.env, { ASTRO_TELEMETRY_DISABLED: "1", RING3_CONTENT: site.contentDir });
  const prepared = await prepareSite(site);
  try {
    // Astro's cache of rendered chapters does not know our plugin: without `force` old cells would stay.
    await build({ ...configureSite(site, prepared), root, configFile: false, force: true, logLevel: "error" });
    requirePages(prepared, fresh);
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
  } catch (error) {
    throw toChapterProblems(error);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

/** Astro logs what goes wrong while it renders a chapter, and goes on without the chapter's text. */
function requirePages({ chapters, placements }: Prepared, folder: string): void {
  for (const { file, slug } of chapters)
    if (!readFileSync(join(folder, slug, "index.html"), "utf8").includes(placements.get(file)!.head))
      throw new Error(`${file}: its page has none of its text; why stands above`);
}
