import { relative } from "node:path";
import { printProblem } from "../notebook/problems.ts";
import type { Problem } from "../schema/cell.ts";

/** Chapters that cannot be built: everything that is wrong with them, at once. */
export class ChapterProblems extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(
      [
        `${count} in the chapters; nothing was built.`,
        ...problems.map((problem) => printProblem({ ...problem, file: relative(process.cwd(), problem.file) })),
      ].join("\n"),
    );
    this.name = "ChapterProblems";
    this.problems = problems;
  }
}

/** Astro reads the front matter: what it finds there, as a problem of the chapter; any other error as it is. */
export function toChapterProblems(error: unknown): unknown {
  const { message, loc } = error as { message?: string; loc?: { file?: string; line?: number; column?: number } };
  if (message === undefined || loc?.file === undefined) return error;
  const { file, line = 0, column = 0 } = loc; // counted from 0
  return new ChapterProblems([{ file, line: line + 1, column: column + 1, message }]);
}
