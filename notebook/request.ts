/** Browser-safe. What a live cell asks the runner for. */
import { isPortable, type Cell } from "../schema/cell.ts";
import type { RunRequest } from "../schema/protocol.ts";

/** The files that stand in the machine of `cell` when it runs: every block of its box that has a path. */
export function filesOf(cell: Cell, cells: readonly Cell[]): { path: string; text: string }[] {
  if (cell.box === null) return [];
  return cells.flatMap((other) =>
    other.as !== null && other.box === cell.box ? [{ path: other.as, text: other.source }] : [],
  );
}

/** The program of a live cell with all that it needs around it; `values` are those that its `with=` names. */
export function createRequest(
  cell: Cell,
  cells: readonly Cell[],
  values: Readonly<Record<string, unknown>>,
): RunRequest {
  const portable = isPortable(cell);
  return {
    language: cell.language === "sh" || cell.language === "c" ? cell.language : "ts",
    source: cell.source,
    portable,
    box: cell.box,
    files: filesOf(cell, cells),
    with: { ...values },
    args: [],
    timeoutMs: cell.timeoutMs,
    trace: portable,
  };
}
