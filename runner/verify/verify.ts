/** Runs every cell of chapters on its kernels and compares with what the chapters say. */
import { readFileSync } from "node:fs";
import { readChapter } from "../../notebook/chapter.ts";
import { printProblem } from "../../notebook/problems.ts";
import { collectResults, nameRecorded, readRecorded } from "../../notebook/sample.ts";
import { checkTypes } from "../../notebook/typecheck.ts";
import {
  defaultTimeoutMs,
  type Cell,
  type Chapter,
  type Kernel,
  type Problem,
  type Recorded,
} from "../../schema/cell.ts";
import type { Capability } from "../../schema/command.ts";
import type { Machines } from "../machines.ts";
import type { Finding } from "./finding.ts";
import { groupLiveCells, verifyGroup, type LiveFinding, type LiveOptions } from "./live.ts";
import { updateExpectations, updateSamples } from "./record.ts";
import { verifySim } from "./sim.ts";

/** Groups of live cells at once. */
const atOnce = 2;

export interface VerifyOptions {
  readonly machines: Machines;
  readonly capabilities: readonly Capability[];
  readonly update: boolean;
  /** Called with each finding as it comes. */
  readonly onFinding: (finding: Finding) => void;
  /** Called for each file that was written, with what was changed in it. */
  readonly onUpdate: (file: string, what: string) => void;
}

/** Verifies chapters one after another. With `update` each is first written anew where it must be, and what was written is verified too. */
export async function verifyChapters(chapters: readonly Chapter[], options: VerifyOptions): Promise<Finding[]> {
  const sound = chapters.filter((chapter) => chapter.problems.length === 0);
  const types = checkTypes(sound);
  const findings: Finding[] = [];
  for (const chapter of chapters) {
    const problems = [...chapter.problems, ...types.problems.filter((problem) => problem.file === chapter.file)];
    if (chapter.problems.length > 0) findings.push(...reportProblems(chapter, problems, options));
    else
      findings.push(
        ...(await verifyChapter(options.update ? await updateChapter(chapter, options) : chapter, problems, options)),
      );
  }
  return findings;
}

async function verifyChapter(
  chapter: Chapter,
  problems: readonly Problem[],
  options: VerifyOptions,
): Promise<Finding[]> {
  const recorded = readRecorded(nameRecorded(chapter.file));
  const tell = (finding: Finding): Finding => {
    const faults = problems.filter((problem) => cellAt(chapter, problem)?.id === finding.cell.id).map(printProblem);
    const told = faults.length === 0 ? finding : { ...finding, faults: [...faults, ...finding.faults] };
    options.onFinding(told);
    return told;
  };
  const sim = await verifySim(chapter, collectResults(recorded));
  const told = sim.findings.map(tell);
  await verifyLive(chapter, recorded, sim.values, options, (finding) => told.push(tell(finding)));
  return told;
}

/** Runs all live cells of a chapter, some at once. */
async function verifyLive(
  chapter: Chapter,
  recorded: Recorded,
  values: LiveOptions["values"],
  { machines, capabilities }: VerifyOptions,
  onFinding: (finding: LiveFinding) => void,
): Promise<void> {
  const groups = groupLiveCells(chapter);
  const work = async (): Promise<void> => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift())
      for (const finding of await verifyGroup(chapter, group, { machines, capabilities, recorded, values }))
        onFinding(finding);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** Writes samples, then expectations (which may show results of live cells); the chapter as it stands then. */
async function updateChapter(chapter: Chapter, options: VerifyOptions): Promise<Chapter> {
  const file = nameRecorded(chapter.file);
  const recorded = readRecorded(file);
  const before = await verifySim(chapter, collectResults(recorded));
  const live: LiveFinding[] = [];
  await verifyLive(chapter, recorded, before.values, options, (finding) => live.push(finding));
  const samples = updateSamples(chapter, recorded, live);
  if (samples.length > 0) options.onUpdate(file, `samples of ${samples.join(", ")}`);
  const after = await verifySim(chapter, collectResults(readRecorded(file)));
  const lines = updateExpectations(chapter, [...after.findings, ...live]);
  if (lines.length > 0) options.onUpdate(chapter.file, `output at line ${lines.join(", ")}`);
  return readChapter(readFileSync(chapter.file, "utf8"), chapter.file);
}

/** A chapter that cannot be read as it is meant is not run: its cells with problems fail, the others are passed over. */
function reportProblems(chapter: Chapter, problems: readonly Problem[], options: VerifyOptions): Finding[] {
  const faultsOf = (cell: Cell | null): string[] =>
    problems.filter((problem) => cellAt(chapter, problem) === cell).map(printProblem);
  const report = (cell: Cell, kernel: Kernel, faults: readonly string[]): Finding => {
    const skipped = faults.length > 0 ? null : "its chapter has problems";
    return { chapter, cell, kernel, ms: 0, faults, diff: [], skipped, shown: null };
  };
  const homeless = faultsOf(null);
  const findings = [
    ...(homeless.length > 0 ? [report(wholeChapter, "sim", homeless)] : []),
    ...chapter.cells.flatMap((cell) =>
      (cell.kernels.length > 0 ? cell.kernels : ["sim" as const]).map((kernel) => report(cell, kernel, faultsOf(cell))),
    ),
  ];
  for (const finding of findings) options.onFinding(finding);
  return findings;
}

/** What stands in the place of a cell for problems that are in none, such as a missing title. */
const wholeChapter: Cell = {
  id: "chapter",
  name: null,
  language: "md",
  kernels: [],
  source: "",
  line: 1,
  column: 1,
  box: null,
  as: null,
  needs: [],
  with: [],
  timeoutMs: defaultTimeoutMs,
  exercise: null,
  hints: [],
  expectation: null,
};

/** The cell in whose block the problem stands; the fence before it counts. */
function cellAt(chapter: Chapter, problem: Problem): Cell | null {
  const before = chapter.cells.filter((cell) => cell.line - 1 <= problem.line);
  const last = before.at(-1);
  if (last === undefined) return null;
  const end = (last.expectation?.line ?? last.line) + (last.expectation?.text ?? last.source).split("\n").length;
  return problem.line <= end ? last : null;
}
