/** What verification finds about one cell on one kernel. */
import { matchOutput } from "../../notebook/expect.ts";
import type { Cell, Chapter, Check, Kernel } from "../../schema/cell.ts";
import type { CellVerdict } from "../../schema/command.ts";

export interface Finding {
  readonly chapter: Chapter;
  readonly cell: Cell;
  readonly kernel: Kernel;
  readonly ms: number;
  /** Why it failed, one line each; empty where it passed. */
  readonly faults: readonly string[];
  /** Expected and actual lines, marked `- `, `+ ` and two blanks; empty where they agree. */
  readonly diff: readonly string[];
  /** Why it was not tried; null where it was. */
  readonly skipped: string | null;
  /** What it printed and how it ended, where an expectation could be written from it. */
  readonly shown: Shown | null;
}

/** What a cell shows as text, and its end as an expectation states it: null for a good one. */
export interface Shown {
  readonly text: string;
  readonly ending: string | null;
}

/** Compares what a cell showed and checked with what its chapter says. */
export function judge(cell: Cell, shown: Shown, checks: readonly Check[]): Pick<Finding, "faults" | "diff"> {
  const { matched, diff } = matchOutput(cell.expectation, shown.text, shown.ending);
  const expected = cell.expectation === null ? "it did not end well" : "it printed something else";
  const output = matched ? [] : [`${expected}${shown.ending === null ? "" : `: ${shown.ending}`}`];
  const wrong = checks.filter((check) => !check.ok).map((check) => `the check “${check.label}” is false`);
  return { faults: [...output, ...wrong], diff: matched ? [] : diff };
}

export function toVerdict({ chapter, cell, kernel, ms, faults, skipped }: Finding): CellVerdict {
  const reason = skipped ?? (faults.length > 0 ? faults.join("; ") : undefined);
  return {
    chapter: chapter.file,
    name: cell.id,
    kernel,
    status: skipped !== null ? "skipped" : faults.length > 0 ? "failed" : "passed",
    ms: Math.round(ms * 10) / 10,
    ...(reason !== undefined && { reason }),
  };
}
