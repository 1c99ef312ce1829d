import type { Cell, CompiledCell } from "../../schema/cell.ts";

/** The live cells whose results `cell` reads, where no result is there yet: neither recorded nor from a run. */
export function missingResults(
  cell: CompiledCell | undefined,
  cells: readonly Cell[],
  hasValue: (name: string) => boolean,
): string[] {
  const isLive = (name: string): boolean =>
    cells.some((other) => other.name === name && !other.kernels.includes("sim"));
  return (cell?.inputs ?? []).filter((name) => isLive(name) && !hasValue(name));
}

/** What a reader is told then. */
export function describeMissing(names: readonly string[]): string {
  const cells = names.length === 1 ? `the live cell ${names[0]}` : `the live cells ${names.join(" and ")}`;
  return `it reads what ${cells} measured, and nothing is recorded yet`;
}
