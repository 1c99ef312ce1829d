/** Browser-safe. Problems are collected, never thrown: a chapter reports everything that is wrong with it at once. */
import type { Problem } from "../schema/cell.ts";

/** A place in a text, 1-based; columns count UTF-16 units, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Notes a problem at a place; `mend` says what to do about it. */
export type Report = (place: Place, message: string, mend?: string | null) => void;

/** `03-pipes.md:12:5: what is wrong. What would mend it.` */
export const printProblem = ({ file, line, column, message, mend }: Problem): string =>
  `${file}:${line}:${column}: ${message}${mend === undefined ? "" : ` ${mend}`}`;

/** Collects the problems of `file`; `list` gives them in the order of the text. */
export function collectProblems(file: string): { report: Report; list: () => readonly Problem[] } {
  const problems: Problem[] = [];
  return {
    report: ({ line, column }, message, mend) =>
      problems.push({ file, line, column, message, ...(mend ? { mend } : {}) }),
    list: () => problems.toSorted((a, b) => a.line - b.line || a.column - b.column),
  };
}

/** Where `offset` (UTF-16 units from the start of `text`) stands in `text`. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}

/** Where a place in a cell's source stands in its chapter. A cell in a list or a quotation is indented alike on every line. */
export function placeInChapter(cell: Place, place: Place): Place {
  return { line: cell.line + place.line - 1, column: cell.column + place.column - 1 };
}
