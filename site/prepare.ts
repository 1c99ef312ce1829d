/** All that is known before a page is made: chapters read and evaluated, the fence bundled, listings coloured. Nothing is written. */
import type { Sample } from "../schema/cell.ts";
import type { ChapterData } from "./cell/data.ts";
import { type ChapterPlace, findParts } from "./chapters.ts";
import { findImports } from "../notebook/imports.ts";
import { simModules } from "../notebook/names.ts";
import { bundleFence, bundleModules, type BuiltFile, type FenceBundle, nameByContent } from "./fence/bundle.ts";
import { createHighlight } from "./markdown/highlight.ts";
import { type Placement, printPlacement } from "./markdown/place.ts";
import { presentChapter, type PresentedChapter } from "./markdown/present.ts";
import type { SiteOptions } from "./options.ts";
import { ChapterProblems } from "./problems.ts";
import { toHtml } from "./tree.ts";

export interface Prepared {
  readonly chapters: readonly ChapterPlace[];
  readonly sidebar: readonly SidebarPart[];
  readonly placements: ReadonlyMap<string, Placement>;
  readonly fence: FenceBundle;
  /** What pages fetch at their first interaction. */
  readonly files: readonly BuiltFile[];
  readonly highlightCss: string;
}

export interface SidebarPart {
  /** `2 Communication` */
  readonly label: string;
  /** `2.3 Pipes` and its address. */
  readonly items: readonly { readonly label: string; readonly slug: string }[];
}

/** Throws `ChapterProblems` when a chapter has any. */
export async function prepareSite({ contentDir, base }: SiteOptions): Promise<Prepared> {
  const parts = findParts(contentDir);
  const places = parts.flatMap((part) => part.chapters);
  const [fence, highlight, chapters] = await Promise.all([
    bundleFence(),
    createHighlight(),
    Promise.all(places.map((place) => presentChapter(place.file))),
  ]);
  const problems = chapters.flatMap(({ chapter }) => chapter.problems);
  if (problems.length > 0) throw new ChapterProblems(problems);

  const placements = new Map<string, Placement>();
  const allModules = await bundleModules(new Map(simModules.map((name) => [name, new Set(["*"])])));
  const modules = await Promise.all(chapters.map(({ compiled }) => bundleModules(findImports(compiled))));
  const files: BuiltFile[] = [fence.worker, allModules, ...modules];
  for (const [index, place] of places.entries()) {
    const chapter = chapters[index]!;
    const data = nameByContent(place.slug.replaceAll("/", "-"), JSON.stringify(gatherData(chapter)), "json");
    files.push(data);
    const head = toHtml([
      "r3-notebook",
      {
        "data-chapter": base + data.path,
        "data-fence": base + fence.page.path,
        "data-worker": base + fence.worker.path,
        "data-modules": base + modules[index]!.path,
        "data-all-modules": base + allModules.path,
      },
    ]);
    placements.set(place.file, printPlacement(chapter, head, highlight.colour));
  }
  const titles = new Map(places.map((place, index) => [place.file, chapters[index]!.chapter.title]));
  const sidebar = parts.map(({ label, chapters: items }) => ({
    label,
    items: items.map(({ file, number, slug }) => ({ label: `${number} ${titles.get(file)}`, slug })),
  }));
  return { chapters: places, sidebar, placements, fence, files, highlightCss: highlight.printStyles() };
}

function gatherData({ chapter, cells, compiled }: PresentedChapter): ChapterData {
  const samples = cells.flatMap(({ cell, sample }): [string, Sample][] => (sample === null ? [] : [[cell.id, sample]]));
  const recorded = samples.map(
    ([id, { end, result }]) => [id, result === undefined ? { end } : { end, result }] as const,
  );
  return { file: chapter.file, cells: chapter.cells, compiled, recorded: Object.fromEntries(recorded) };
}
