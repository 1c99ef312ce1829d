/** A cell as HTML: its listing, one quiet bar, and its output. Complete without JavaScript; the page's script adds the buttons. */
import type { Cell, Expectation, Kernel, Sample } from "../../schema/cell.ts";
import { describeMissing } from "../cell/missing.ts";
import { describeSample } from "../cell/words.ts";
import { describeExit } from "../cell/state.ts";
import { type Tree, toHtml } from "../tree.ts";
import { renderChecks } from "../views/checks.ts";
import { renderError } from "../views/error.ts";
import { renderInput } from "../views/input.ts";
import { kernelWords, renderKernel } from "../views/kernel.ts";
import { renderView } from "../views/render.ts";
import { renderText } from "../views/text.ts";
import type { Outcome } from "../../notebook/evaluate.ts";
import type { PresentedCell } from "./present.ts";

/** Colours the lines of a listing. */
export type Colour = (source: string, language: string) => Tree[];

const languageNames: Readonly<Record<string, string>> = { ts: "TypeScript", sh: "shell", c: "C" };

/** `exercise`: what belongs to a starting cell and follows it: hints (as HTML), the hidden checks and the solution. */
export interface ExerciseParts {
  readonly hints: readonly string[];
  readonly check: Cell | null;
  readonly solution: Cell | null;
}

export function printCell({ cell, outcome, missing, sample, stale }: PresentedCell, colour: Colour): string {
  // `not-content`: Starlight's looks for prose stay out.
  const attributes = {
    class: "not-content",
    id: `cell-${cell.id}`,
    "data-cell": cell.id,
    "data-exercise": cell.exercise?.exercise,
  };
  const panels = cell.kernels.map((kernel): Tree => {
    const simulated = kernel === "sim";
    const words = simulated ? describeBaked(outcome, missing) : describeSample(sample, stale);
    return renderPanel(kernel, cell, words, simulated ? renderOutcome(outcome) : renderSample(sample));
  });
  const tree: Tree = [
    "r3-cell",
    attributes,
    ...renderListing(cell, colour),
    ...panels,
    ...renderExpectation(cell.expectation),
  ];
  return toHtml(tree);
}

/** A plain listing, for blocks of code that are no cells. */
export function printListing(source: string, language: string, colour: Colour): string {
  return toHtml(renderCode(source, language, `Listing: ${languageNames[language] ?? language}`, colour));
}

export function printExercise({ hints, check, solution }: ExerciseParts, colour: Colour): string {
  const folded = (kind: string, summary: string, cell: Cell | null): string =>
    cell === null
      ? ""
      : `<details class="r3-${kind}"><summary>${summary}</summary>${printListing(cell.source, cell.language, colour)}</details>`;
  const each = hints.map(
    (hint, index) =>
      `<details class="r3-hint"><summary>Hint ${index + 1} of ${hints.length}</summary>${hint}</details>`,
  );
  return [
    `<div class="r3-exercise">`,
    ...each,
    folded("check", "What is checked", check),
    folded("solution", "A solution", solution),
    `</div>`,
  ].join("");
}

function renderListing(cell: Cell, colour: Colour): Tree[] {
  const language = languageNames[cell.language] ?? cell.language;
  const place = [cell.as === null ? null : `file ${cell.as}`, cell.box === null ? null : `machine ${cell.box}`];
  const known = place.filter((part) => part !== null);
  const heading: Tree[] = known.length === 0 ? [] : [["p", { class: "r3-place-name" }, known.join(" in ")]];
  return [...heading, renderCode(cell.source, cell.language, `Cell ${cell.id}: ${language}`, colour)];
}

function renderCode(source: string, language: string, label: string, colour: Colour): Tree {
  const code: Tree = ["code", { "data-language": language }, ...colour(source, language)];
  return ["pre", { class: "r3-code not-content", tabindex: 0, role: "group", "aria-label": label }, code];
}

/** A quiet bar that says the state in words, and below it the output of this kernel. */
function renderPanel(kernel: Kernel, cell: Cell, words: string, content: readonly Tree[]): Tree {
  const label = `${cell.id} on the ${kernelWords[kernel]}`;
  return [
    "section",
    { class: "r3-panel", "data-kernel": kernel, "data-state": "fresh", "aria-label": label },
    ["div", { class: "r3-bar" }, renderKernel(kernel), ["span", { class: "r3-state", role: "status" }, words]],
    ["div", { class: "r3-output" }, ...content],
  ];
}

function describeBaked(outcome: Outcome | null, missing: readonly string[]): string {
  if (missing.length > 0) return `not computed: ${describeMissing(missing)}`;
  return outcome === null ? "not run yet" : "computed when this page was built";
}

function renderOutcome(outcome: Outcome | null): Tree[] {
  if (outcome === null) return [];
  const { inputs, views, checks, error } = outcome;
  return [
    ...inputs.map(({ key, input }) => renderInput(key, input, input.value, true)),
    ...views.map(renderView),
    ...(checks.length === 0 ? [] : [renderChecks(checks)]),
    ...(error === null ? [] : [renderError(error)]),
  ];
}

function renderSample(sample: Sample | null): Tree[] {
  if (sample === null) return [];
  const exit = describeExit(sample.end);
  return [
    ...(sample.output === "" ? [] : [renderText({ text: sample.output })]),
    ...(sample.checks.length === 0 ? [] : [renderChecks(sample.checks)]),
    ...(sample.trace === undefined
      ? []
      : [renderView({ view: "timeline", trace: sample.trace, title: "What the processes did" })]),
    ...(sample.output === "" && exit !== null ? [["p", { class: "r3-caption" }, exit] as const] : []),
  ];
}

function renderExpectation(expectation: Expectation | null): Tree[] {
  if (expectation === null) return [];
  const order = expectation.unordered ? ", in any order" : "";
  const summary = `What every run must print${order}`;
  return [["details", { class: "r3-expectation" }, ["summary", {}, summary], renderText({ text: expectation.text })]];
}
