/** Browser-safe. Who defines a name and who reads it: duplicates and cycles among the cells of a chapter. */
import type { Cell } from "../schema/cell.ts";
import type { Place, Report } from "./problems.ts";

/** A cell with the names that it gives to the notebook and takes from it. */
export interface CellNames {
  readonly cell: Cell;
  readonly outputs: readonly { readonly name: string; readonly place: Place }[];
  readonly inputs: readonly string[];
}

/** The cell that defines each name; of two, the first. */
export function mapDefinitions(cells: readonly CellNames[]): ReadonlyMap<string, CellNames> {
  const definitions = new Map<string, CellNames>();
  for (const cell of cells)
    for (const { name } of cell.outputs) if (!definitions.has(name)) definitions.set(name, cell);
  return definitions;
}

/** Reports each name that a second cell defines or is called by. */
export function reportDuplicates(cells: readonly CellNames[], report: Report): void {
  const first = new Map<string, CellNames>();
  for (const node of cells) {
    const own = node.cell.name === null ? [] : [{ name: node.cell.name, place: fenceOf(node.cell) }];
    const seen = new Set<string>();
    for (const { name, place } of [...own, ...node.outputs]) {
      const other = first.get(name);
      if (other && other !== node && !seen.has(name))
        report(
          place,
          `The name "${name}" is taken: ${describe(other.cell)} has it.`,
          "Names of cells and of values are one list for the chapter: rename one.",
        );
      first.set(name, other ?? node);
      seen.add(name);
    }
  }
}

/** Reports each group of cells that wait for each other, once, at its first cell. */
export function reportCycles(cells: readonly CellNames[], report: Report): void {
  const definitions = mapDefinitions(cells);
  const reported = new Set<CellNames>();
  for (const start of cells) {
    if (reported.has(start)) continue;
    const cycle = findCycle(start, definitions);
    if (!cycle || cycle.some(({ node }) => reported.has(node))) continue;
    for (const { node } of cycle) reported.add(node);
    const steps = cycle.map(({ node, reads }) => `${describe(node.cell)} reads ${reads}`);
    report(
      fenceOf(start.cell),
      `Cells wait for each other: ${steps.join(", ")}.`,
      "Take one of these names out of the circle.",
    );
  }
}

interface Step {
  readonly node: CellNames;
  /** The name through which it needs the next. */
  readonly reads: string;
}

/** A shortest circle of cells from `start` back to it, or null. */
function findCycle(start: CellNames, definitions: ReadonlyMap<string, CellNames>): readonly Step[] | null {
  const seen = new Set<CellNames>();
  let paths: (readonly Step[])[] = [[]];
  while (paths.length > 0) {
    const longer: (readonly Step[])[] = [];
    for (const path of paths) {
      const node = path.length === 0 ? start : definitions.get(path.at(-1)!.reads)!;
      for (const reads of node.inputs) {
        const next = definitions.get(reads);
        if (next === start) return [...path, { node, reads }];
        if (!next || seen.has(next)) continue;
        seen.add(next);
        longer.push([...path, { node, reads }]);
      }
    }
    paths = longer;
  }
  return null;
}

/** Where the fence of a cell stands: the place for what concerns the whole cell. */
export const fenceOf = (cell: Cell): Place => ({ line: cell.line - 1, column: cell.column });

/** A cell in words: by its name, or by the line of its fence. */
export const describe = (cell: Cell): string =>
  cell.name ? `cell "${cell.name}"` : `the cell at line ${cell.line - 1}`;
