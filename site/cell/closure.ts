/** Which cells hang together through the names that they define and read. */
import type { CompiledCell } from "../../schema/cell.ts";

/** The cells that must be defined for `id` to run and for its dependents to follow: its dependents, and all that it and they read. */
export function selectConnected(cells: readonly CompiledCell[], id: string): CompiledCell[] {
  const below = selectDependents(cells, id);
  const all = grow(below, (cell) => cells.filter((other) => other.outputs.some((name) => cell.inputs.includes(name))));
  return cells.filter((cell) => all.has(cell));
}

/** The cell `id` and those that read it, directly or through others. */
export function selectDependents(cells: readonly CompiledCell[], id: string): CompiledCell[] {
  const start = cells.filter((cell) => cell.id === id);
  return [...grow(start, (cell) => cells.filter((other) => other.inputs.some((name) => cell.outputs.includes(name))))];
}

function grow(start: Iterable<CompiledCell>, next: (cell: CompiledCell) => CompiledCell[]): Set<CompiledCell> {
  const reached = new Set(start);
  for (const cell of reached) for (const other of next(cell)) reached.add(other);
  return reached;
}
