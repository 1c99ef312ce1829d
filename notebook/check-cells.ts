/** Browser-safe. The rules that the code of a chapter's cells must keep, as problems. */
import { isPortable, type Cell } from "../schema/cell.ts";
import { analyseSource, type Strip } from "./compile.ts";
import { describe, fenceOf, mapDefinitions, reportCycles, reportDuplicates, type CellNames } from "./graph.ts";
import { isTaken, liveModules, portableModules, simAmbient, simModules } from "./names.ts";
import { placeInChapter, placeOf, type Place, type Report } from "./problems.ts";
import { CellSyntaxError } from "./syntax.ts";

type Analysed = ReturnType<typeof analyseSource>;

/** Reports everything that is wrong with the code and the names of `cells`. */
export function checkCells(cells: readonly Cell[], strip: Strip, report: Report): void {
  const nodes: CellNames[] = [];
  const assignments: { cell: Cell; name: string; place: Place }[] = [];
  for (const cell of cells) {
    const analysis = cell.language === "ts" && cell.kernels.length > 0 ? analyse(cell, strip, report) : null;
    if (analysis) {
      checkRules(cell, analysis, report);
      for (const use of analysis.free)
        if (use.kind === "assign" && isReactive(cell))
          assignments.push({ cell, name: use.name, place: placeAt(cell, use.offset) });
    }
    if (cell.exercise?.part !== "solution") nodes.push(readNames(cell, analysis));
  }
  const definitions = mapDefinitions(nodes);
  for (const { name, place } of assignments) {
    const owner = definitions.get(name);
    if (owner)
      report(
        place,
        `"${name}" belongs to ${describe(owner.cell)}: a cell assigns only to its own names.`,
        `Define a new name from ${name}.`,
      );
    else report(place, `"${name}" is assigned to but never declared.`, `Declare it: let ${name} = ….`);
  }
  for (const cell of cells) checkWith(cell, definitions, report);
  reportDuplicates(nodes, report);
  reportCycles(nodes, report);
  checkExercises(cells, strip, report);
}

const isReactive = (cell: Cell): boolean => cell.kernels.includes("sim") && !isPortable(cell);
const placeAt = (cell: Cell, offset: number): Place => placeInChapter(cell, placeOf(cell.source, offset));

function analyse(cell: Cell, strip: Strip, report: Report): Analysed | null {
  try {
    return analyseSource(cell.source, strip);
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error;
    report(placeInChapter(cell, error.place), error.message, error.mend);
    return null;
  }
}

/** The names that a cell gives to the notebook: a `sim` cell its top level, one with a live half its name. */
function readNames(cell: Cell, analysis: Analysed | null): CellNames {
  if (isReactive(cell))
    return {
      cell,
      inputs: analysis?.inputs ?? [],
      outputs: (analysis?.outputs ?? []).map(({ name, offset }) => ({ name, place: placeAt(cell, offset) })),
    };
  const outputs = cell.name && cell.kernels.includes("live") ? [{ name: cell.name, place: fenceOf(cell) }] : [];
  return { cell, inputs: cell.with, outputs };
}

function checkRules(cell: Cell, analysis: Analysed, report: Report): void {
  for (const { offset, message, mend } of analysis.offences) report(placeAt(cell, offset), message, mend);
  checkImports(cell, analysis, report);
  if (isPortable(cell)) checkPortable(cell, analysis, report);
  else if (isReactive(cell))
    for (const { name, offset } of analysis.outputs)
      if (isTaken(name))
        report(placeAt(cell, offset), `The name "${name}" means something already.`, "Choose another name.");
}

function checkImports(cell: Cell, analysis: Analysed, report: Report): void {
  const allowed: readonly string[] = isPortable(cell) ? portableModules : isReactive(cell) ? simModules : liveModules;
  const isLive = !cell.kernels.includes("sim");
  for (const { module, start } of analysis.imports) {
    if (
      allowed.includes(module) ||
      (isLive && (module.startsWith("node:") || (cell.box !== null && module.startsWith("./"))))
    )
      continue;
    const kind = isPortable(cell) ? "sim live" : isLive ? "live" : "sim";
    report(
      placeAt(cell, start),
      `A ${kind} cell cannot import "${module}".`,
      `It can import ${allowed.join(", ")}${isLive ? " and node:…" : ""}.`,
    );
  }
}

/** What a program that runs twice, and whose past is replayed for each fork, must not touch. */
const outside: Readonly<Record<string, string>> = {
  Date: "the clock",
  performance: "the clock",
  crypto: "chance",
  setTimeout: "a timer",
  setInterval: "a timer",
  console: "the console",
};

function checkPortable(cell: Cell, analysis: Analysed, report: Report): void {
  const main = analysis.outputs.find((output) => output.name === "main");
  if (main?.kind !== "generator")
    report(
      main ? placeAt(cell, main.offset) : fenceOf(cell),
      "A sim live cell needs a function* main().",
      "Its program is the generator main: function* main() { … }.",
    );
  if (analysis.async) report(fenceOf(cell), "A sim live cell cannot await.", "Its calls are made by yield*.");
  const seen = new Set<string>();
  for (const use of analysis.free) {
    const what = use.name === "Math" && use.property === "random" ? "Math.random" : use.name;
    const touches =
      what === "Math.random" ? "chance" : Object.hasOwn(outside, use.name) ? outside[use.name] : undefined;
    if (use.kind === "assign")
      report(
        placeAt(cell, use.offset),
        `A sim live cell assigns to the outer name "${use.name}".`,
        "Keep what changes inside main.",
      );
    else if (touches)
      report(
        placeAt(cell, use.offset),
        `A sim live cell cannot use ${what}: it is replayed at each fork, and ${touches} would differ.`,
        "Do it in a sim or a live cell.",
      );
    else if ((simAmbient as readonly string[]).includes(use.name))
      report(placeAt(cell, use.offset), `A sim live cell has no ${use.name}.`, "Its output is yield* print(…).");
    else if (analysis.inputs.includes(use.name) && !cell.with.includes(use.name) && !seen.has(use.name))
      report(
        placeAt(cell, use.offset),
        `A sim live cell reads "${use.name}", which it does not define.`,
        `Define it, import it, or add with=${use.name}.`,
      );
    seen.add(use.name);
  }
  for (const use of analysis.outerAssignments)
    report(
      placeAt(cell, use.offset),
      `A sim live cell assigns to the outer name "${use.name}".`,
      "Keep what changes inside main: at each fork the program is run again.",
    );
}

function checkWith(cell: Cell, definitions: ReadonlyMap<string, CellNames>, report: Report): void {
  for (const name of cell.with)
    if (!definitions.has(name))
      report(
        fenceOf(cell),
        `with=${name}, but no cell defines "${name}".`,
        "Name a top-level value of a sim cell, or a live cell.",
      );
}

function checkExercises(cells: readonly Cell[], strip: Strip, report: Report): void {
  const exercises = Map.groupBy(
    cells.filter((cell) => cell.exercise),
    (cell) => cell.exercise!.exercise,
  );
  for (const [name, parts] of exercises) {
    for (const part of ["start", "check", "solution"] as const) {
      const [first, ...more] = parts.filter((cell) => cell.exercise!.part === part);
      const attribute = part === "start" ? "exercise" : part;
      if (!first)
        report(fenceOf(parts[0]!), `The exercise "${name}" has no ${part}.`, `Add a cell with ${attribute}=${name}.`);
      if (part !== "check")
        for (const cell of more)
          report(fenceOf(cell), `The exercise "${name}" has two cells with ${attribute}=${name}.`, "Keep one.");
    }
    checkSolution(name, parts, strip, report);
  }
}

/** A solution stands in for the start, so it must give the notebook the same names. */
function checkSolution(name: string, parts: readonly Cell[], strip: Strip, report: Report): void {
  const [start, solution] = (["start", "solution"] as const).map((part) =>
    parts.find((cell) => cell.exercise!.part === part),
  );
  if (!start || !solution || isPortable(start) || isPortable(solution)) return;
  const [given, made] = [start, solution].map((cell) =>
    analyse(cell, strip, () => {})?.outputs.map((output) => output.name),
  );
  if (!given || !made) return;
  const missing = given.filter((output) => !made.includes(output));
  const extra = made.filter((output) => !given.includes(output));
  if (missing.length)
    report(
      fenceOf(solution),
      `The solution of "${name}" does not define ${missing.join(", ")}, as its start does.`,
      "Give both the same top-level names.",
    );
  if (extra.length)
    report(
      fenceOf(solution),
      `The solution of "${name}" defines ${extra.join(", ")}, which its start does not.`,
      "Give both the same top-level names.",
    );
}
