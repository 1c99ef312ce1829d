/**
 * Which lines of a loaded script are which cell's. The notebook, which prints cells into scripts, says so here; whoever finds a place in a
 * stack asks. They may be in different bundles of one page, so what they share hangs on the global object.
 */

/** The line on which a cell's source begins, from 1, and how many lines it has. */
export interface CellLines {
  readonly id: string;
  readonly line: number;
  readonly lines: number;
}

const key = Symbol.for("ring3.cells");

function readScripts(): Map<string, readonly CellLines[]> {
  const scope = globalThis as { [key]?: Map<string, readonly CellLines[]> };
  return (scope[key] ??= new Map());
}

/** `url`: as stacks name the script. */
export function noteCells(url: string, cells: readonly CellLines[]): void {
  readScripts().set(url, cells);
}

/** The cell that a line of a script is in, and the line of the cell, from 1; null where it is no cell's. */
export function findCell(url: string, line: number): { readonly id: string; readonly line: number } | null {
  const cell = readScripts()
    .get(url)
    ?.find((one) => line >= one.line && line < one.line + one.lines);
  return cell ? { id: cell.id, line: line - cell.line + 1 } : null;
}
