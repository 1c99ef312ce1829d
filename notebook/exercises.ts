/** Browser-safe. What to evaluate so that an exercise is proved fair: the start fails its checks, the solution passes them. */
import type { Cell, Chapter, CompiledCell } from "../schema/cell.ts";
import { compileCell, compileChapter, type Strip } from "./compile.ts";

export interface Exercise {
  readonly name: string;
  /** The ids of its check cells. */
  readonly checks: readonly string[];
  /** The chapter as the reader finds it. Fair: a check is false, or a check cell or the start fails. */
  readonly start: readonly CompiledCell[];
  /** The chapter with the solution in the place of the start. Fair: every check is true and none of its cells fails. */
  readonly solution: readonly CompiledCell[];
}

/** The exercises of a chapter that has no problems, each with the two lists of cells to evaluate. Throws `CellSyntaxError`. */
export function prepareExercises(chapter: Chapter, strip: Strip): Exercise[] {
  const start = compileChapter(chapter, strip);
  const partsOf = (name: string, part: string): Cell[] =>
    chapter.cells.filter((cell) => cell.exercise?.exercise === name && cell.exercise.part === part);
  const names = [...new Set(chapter.cells.flatMap((cell) => cell.exercise?.exercise ?? []))];
  return names.flatMap((name) => {
    const [begin] = partsOf(name, "start");
    const [solution] = partsOf(name, "solution");
    if (!begin || !solution) return [];
    const solved = compileCell({ ...solution, id: begin.id, name: begin.name }, strip);
    return {
      name,
      checks: partsOf(name, "check").map((cell) => cell.id),
      start,
      solution: start.map((cell) => (cell.id === begin.id ? solved : cell)),
    };
  });
}
