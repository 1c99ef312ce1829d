/** The `sim` half of verification: a chapter's notebook is evaluated once, and once more for the solution of each exercise. */
import { compileChapter } from "../../notebook/compile.ts";
import { evaluateCells, type Outcome } from "../../notebook/evaluate.ts";
import { prepareExercises, type Exercise } from "../../notebook/exercises.ts";
import { printError, printViews } from "../../notebook/print.ts";
import { stripTypes } from "../../notebook/strip.ts";
import type { Cell, Chapter } from "../../schema/cell.ts";
import { judge, type Finding } from "./finding.ts";

export interface SimResult {
  readonly findings: readonly Finding[];
  /** The notebook's values, for live cells that ask for them by `with=`. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Evaluates the `sim` cells of a chapter that has no problems. `results`: what its live cells handed back, by their names. */
export async function verifySim(chapter: Chapter, results: Readonly<Record<string, unknown>>): Promise<SimResult> {
  const options = { values: results };
  const outcomes = byId(await evaluateCells(compileChapter(chapter, stripTypes), options));
  const exercises = new Map<string, { exercise: Exercise; solved: ReadonlyMap<string, Outcome> }>();
  for (const exercise of prepareExercises(chapter, stripTypes))
    exercises.set(exercise.name, { exercise, solved: byId(await evaluateCells(exercise.solution, options)) });

  const findings = chapter.cells
    .filter((cell) => cell.kernels.includes("sim"))
    .map((cell) => {
      const proof = cell.exercise && exercises.get(cell.exercise.exercise);
      return proof ? judgePart(chapter, cell, outcomes, proof) : judgeCell(chapter, cell, outcomes.get(cell.id));
    });
  const values = Object.assign({}, ...[...outcomes.values()].map((outcome) => outcome.values)) as Record<
    string,
    unknown
  >;
  return { findings, values };
}

function judgeCell(chapter: Chapter, cell: Cell, outcome: Outcome | undefined): Finding {
  if (outcome === undefined) throw new Error(`${chapter.file}: the cell ${cell.id} has no outcome`);
  const shown = { text: printViews(outcome.views), ending: printError(outcome.error) };
  const { position } = outcome.error ?? {};
  const where = position ? [`${chapter.file}:${cell.line + position.line - 1}:${position.column}`] : [];
  const { faults, diff } = judge(cell, shown, outcome.checks);
  const located = faults.map((fault, index) =>
    index === 0 && where.length > 0 ? `${fault} (${where.join()})` : fault,
  );
  return { chapter, cell, kernel: "sim", ms: outcome.ms, faults: located, diff, skipped: null, shown };
}

interface Proof {
  readonly exercise: Exercise;
  readonly solved: ReadonlyMap<string, Outcome>;
}

/** An exercise is fair when its start fails the checks and its solution passes them. */
function judgePart(
  chapter: Chapter,
  cell: Cell,
  started: ReadonlyMap<string, Outcome>,
  { exercise, solved }: Proof,
): Finding {
  const begin = chapter.cells.find((one) => one.exercise?.exercise === exercise.name && one.exercise.part === "start");
  const ids = [...(begin ? [begin.id] : []), ...exercise.checks];
  const faults =
    cell.exercise?.part === "start"
      ? judgeStart(started, ids)
      : judgeSolution(solved, cell.exercise?.part === "check" ? [cell.id] : ids);
  const outcome = cell.exercise?.part === "solution" ? solved.get(begin?.id ?? "") : started.get(cell.id);
  return { chapter, cell, kernel: "sim", ms: outcome?.ms ?? 0, faults, diff: [], skipped: null, shown: null };
}

function judgeStart(outcomes: ReadonlyMap<string, Outcome>, ids: readonly string[]): string[] {
  const fails = ids.some((id) => outcomes.get(id)?.error || outcomes.get(id)?.checks.some((check) => !check.ok));
  return fails ? [] : ["the start passes the checks already: there is nothing left to do"];
}

function judgeSolution(outcomes: ReadonlyMap<string, Outcome>, ids: readonly string[]): string[] {
  const checks = ids.flatMap((id) => outcomes.get(id)?.checks ?? []);
  const errors = ids
    .flatMap((id) => outcomes.get(id)?.error ?? [])
    .map((error) => `with the solution: ${printError(error) ?? ""}`);
  const wrong = checks.filter((check) => !check.ok).map((check) => `the solution fails the check “${check.label}”`);
  return checks.length === 0 && errors.length === 0
    ? ["there is no check that the solution passes"]
    : [...errors, ...wrong];
}

function byId(outcomes: readonly Outcome[]): Map<string, Outcome> {
  return new Map(outcomes.map((outcome) => [outcome.id, outcome]));
}
