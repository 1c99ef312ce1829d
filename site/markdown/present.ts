/** A chapter made ready for the page: read, compiled, its simulated cells evaluated, its samples compared. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readChapter } from "../../notebook/chapter.ts";
import { compileChapter } from "../../notebook/compile.ts";
import { evaluateCells, type Outcome } from "../../notebook/evaluate.ts";
import { collectResults, hashCell, nameRecorded, readRecorded } from "../../notebook/sample.ts";
import { stripTypes } from "../../notebook/strip.ts";
import type { Cell, Chapter, CompiledCell, Sample } from "../../schema/cell.ts";
import { missingResults } from "../cell/missing.ts";
import { root } from "../options.ts";

export interface PresentedCell {
  readonly cell: Cell;
  /** What a simulated cell showed when the site was built; null for other cells and for solutions. */
  readonly outcome: Outcome | null;
  /** Live cells whose results it would need: it was not evaluated without them. */
  readonly missing: readonly string[];
  readonly sample: Sample | null;
  /** The sample was recorded from another text than the one that stands there now. */
  readonly stale: boolean;
}
export interface PresentedChapter {
  readonly chapter: Chapter;
  readonly cells: readonly PresentedCell[];
  readonly compiled: readonly CompiledCell[];
}

/** Reads the chapter in `file`. Where it has problems nothing else is done: they are in `chapter.problems`. */
export async function presentChapter(file: string): Promise<PresentedChapter> {
  const chapter = readChapter(await readFile(file, "utf8"), file);
  if (chapter.problems.length > 0) return { chapter, cells: [], compiled: [] };
  const recorded = readRecorded(nameRecorded(file));
  const results = collectResults(recorded);
  const compiled = compileChapter(chapter, stripTypes);
  const outcomes = new Map((await evaluateOnce(compiled, results)).map((outcome) => [outcome.id, outcome]));
  const cells = chapter.cells.map((cell): PresentedCell => {
    const sample = recorded.cells[cell.id] ?? null;
    const stale = sample !== null && sample.hash !== hashCell(cell, chapter);
    const missing = missingResults(
      compiled.find(({ id }) => id === cell.id),
      chapter.cells,
      (name) => name in results,
    );
    return { cell, outcome: missing.length > 0 ? null : (outcomes.get(cell.id) ?? null), missing, sample, stale };
  });
  return { chapter, cells, compiled };
}

const cacheFolder = join(root, ".cache/outcomes");
const rooms = ["schema", "notebook", "simulator"];
let engine: string | undefined;

/** Evaluates the cells, or takes what the same cells showed on the same simulator before. */
async function evaluateOnce(
  cells: readonly CompiledCell[],
  values: Record<string, unknown>,
): Promise<readonly Outcome[]> {
  engine ??= hashRooms();
  const key = createHash("sha256")
    .update(JSON.stringify([engine, cells, values]))
    .digest("hex");
  const file = join(cacheFolder, `${key}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Outcome[];
  } catch {
    const outcomes = await evaluateCells(cells, { values });
    mkdirSync(cacheFolder, { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(outcomes));
    renameSync(`${file}.new`, file);
    return outcomes;
  }
}

/** One hash over all that decides what a cell shows, apart from the cell. */
function hashRooms(): string {
  const hash = createHash("sha256");
  for (const room of rooms)
    for (const name of readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .toSorted())
      hash.update(name).update(readFileSync(join(root, room, name)));
  return hash.digest("hex");
}
