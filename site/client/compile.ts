/** Compiling in the browser: only for texts that the reader has changed. */
import { transform } from "sucrase";
import { compileCell } from "../../notebook/compile.ts";
import { CellSyntaxError } from "../../notebook/syntax.ts";
import type { Cell, CompiledCell } from "../../schema/cell.ts";
import type { CellError } from "../../schema/protocol.ts";

/** Removes types and keeps lines, as the build does. */
const stripInBrowser = (typescript: string): string =>
  transform(typescript, { transforms: ["typescript"], disableESTransforms: true, keepUnusedImports: true }).code;

export const compileText = (cell: Cell): CompiledCell => compileCell(cell, stripInBrowser);

/** A text that does not compile, as the error of its cell. */
export function explainError(error: unknown): CellError {
  const message = error instanceof Error ? error.message : String(error);
  const place = error instanceof CellSyntaxError ? error.place : null;
  return { name: "SyntaxError", message, position: place && { line: place.line, column: place.column } };
}
