/**
 * Browser-safe. Compares what a cell printed with what its `output` block says. In the block stand for
 *
 * - `[pid]` a decimal number of at most ten digits, `[pid:child]` one that is the same wherever that name stands in the block
 * - `[n]` a number with optional sign, fraction and exponent, `[time]` one with optional fraction and unit (ns µs ms s min h)
 * - `[..]` anything within a line, and a line `...` any number of lines
 *
 * A placeholder also stands for its own text. `unordered` compares lines as a multiset. Blank lines at the end do not count; every
 * other character does, ANSI escapes too. How the cell ended is the block's last line, in brackets; without one it must end well:
 *
 * - `[exit 1]`, `[SIGPIPE]`, `[time limit]`, `[output limit]`, `[memory limit]`, `[stopped]`, `[lost]`: a live program
 * - `[RangeError] the pipe has no reader`: an error that a sim cell throws; placeholders stand in its message, too
 *
 * No gap and no output can stand for an ending. Matching is bounded: what needs more than `maxWork` comparisons has not matched.
 */
import { diffArrays } from "diff";
import type { Expectation } from "../schema/cell.ts";
import { matchOrdered, matchUnordered, type Item } from "./match-lines.ts";
import { matchLine, parsePattern, type Budget } from "./pattern.ts";

/** Bound of one comparison of an output, in comparisons of a line's part: well below half a second. */
export const maxWork = 1_000_000;
const maxDiffLines = 200;

export interface Match {
  readonly matched: boolean;
  /** For people, empty where it matched: lines that begin with `  ` (as expected), `- ` (missing) or `+ ` (not expected). */
  readonly diff: readonly string[];
}

/**
 * Compares an output with an expectation; null expects nothing of the text, but a good end. `ending` is what `printEnd` or `printError`
 * gives: null for a cell that ended well.
 */
export function matchOutput(
  expectation: Pick<Expectation, "text" | "unordered"> | null,
  actual: string,
  ending: string | null = null,
): Match {
  const expected = expectation ? parseExpectation(expectation.text) : { lines: ["..."], ending: null };
  const lines = splitLines(actual);
  const budget = { left: maxWork };
  const match = expectation?.unordered ? matchUnordered : matchOrdered;
  const matched = matchEnding(expected.ending, ending) && match(expected.lines.map(parseItem), lines, budget);
  if (matched) return { matched, diff: [] };
  const diff = diffLines(
    expected.lines,
    lines,
    matchEnding(expected.ending, ending) ? [] : diffEnding(expected.ending, ending),
  );
  return { matched, diff: budget.left < 0 ? ["! The expectation is too ambiguous to be compared.", ...diff] : diff };
}

/**
 * The text of an expectation that fits `actual`: the author's text where it fits already, otherwise the actual output with the author's
 * lines kept wherever they still match. The result always matches.
 */
export function rewriteExpectation(
  expectation: Pick<Expectation, "text" | "unordered">,
  actual: string,
  ending: string | null = null,
): string {
  if (matchOutput(expectation, actual, ending).matched) return expectation.text;
  const expected = parseExpectation(expectation.text);
  const lines = splitLines(actual);
  const kept = matchEnding(expected.ending, ending) ? expected.ending : ending;
  const candidates = [
    () => keepLines(expected.lines, lines),
    () =>
      keepLines(
        expected.lines.filter((line) => line !== "..." && parsePattern(line).names.length === 0),
        lines,
      ),
    () => lines,
    () => lines.map((line, i) => (i === lines.length - 1 ? "[..]" : line)), // a last line that looks like an ending
  ];
  const texts = candidates.map((candidate) => () => [...candidate(), ...(kept === null ? [] : [kept])].join("\n"));
  return (
    texts.map((text) => text()).find((text) => matchOutput({ ...expectation, text }, actual, ending).matched) ?? "..."
  );
}

const endingShape = /^\[(?:exit \d+|SIG[A-Z0-9+]+|(?:time|output|memory) limit|stopped|lost)\]$|^\[[A-Z]\w*\](?: |$)/;

function parseExpectation(text: string): { lines: readonly string[]; ending: string | null } {
  const lines = splitLines(text);
  const last = lines.at(-1);
  return last !== undefined && endingShape.test(last)
    ? { lines: lines.slice(0, -1), ending: last }
    : { lines, ending: null };
}

/** Lines without the blank ones at the end. */
function splitLines(text: string): string[] {
  const trimmed = text.replace(/\n+$/, "");
  return trimmed === "" ? [] : trimmed.split("\n");
}

const parseItem = (line: string): Item => (line === "..." ? "gap" : parsePattern(line));

function matchEnding(expected: string | null, actual: string | null): boolean {
  if (expected === null || actual === null) return expected === actual;
  return fits(expected, actual, { left: maxWork });
}

const fits = (pattern: string, line: string, budget: Budget): boolean =>
  matchLine(parsePattern(pattern), line, new Map(), budget).length > 0;

function diffEnding(expected: string | null, actual: string | null): string[] {
  return [`- ${expected ?? "(the cell ends well)"}`, `+ ${actual ?? "(the cell ended well)"}`];
}

/** Expected and actual lines side by side: equal where the pattern fits. Gives up on alignment where there is too much to align. */
function alignLines(
  expected: readonly string[],
  actual: readonly string[],
): { kind: "same" | "missing" | "extra"; expected: string; actual: string }[] {
  const budget = { left: maxWork };
  const changes = diffArrays([...expected], [...actual], {
    comparator: (pattern, line) => fits(pattern, line, budget),
    timeout: 200,
    maxEditLength: 1_000,
  });
  if (!changes) {
    return [
      ...expected.map((line) => ({ kind: "missing" as const, expected: line, actual: "" })),
      ...actual.map((line) => ({ kind: "extra" as const, expected: "", actual: line })),
    ];
  }
  let i = 0;
  return changes.flatMap(({ added, removed, value }) =>
    value.map((line) => {
      if (added) return { kind: "extra" as const, expected: "", actual: line };
      const pattern = expected[i++]!;
      return removed
        ? { kind: "missing" as const, expected: pattern, actual: "" }
        : { kind: "same" as const, expected: pattern, actual: line };
    }),
  );
}

function diffLines(expected: readonly string[], actual: readonly string[], ending: readonly string[]): string[] {
  const marks = { same: "  ", missing: "- ", extra: "+ " };
  const lines = alignLines(expected, actual).map((row) =>
    row.kind === "missing" && row.expected === "..."
      ? "  ..."
      : marks[row.kind] + (row.kind === "extra" ? row.actual : row.expected),
  );
  const most = maxDiffLines - ending.length;
  return [
    ...(lines.length > most ? [...lines.slice(0, most), `! … ${lines.length - most} more lines`] : lines),
    ...ending,
  ];
}

/** The actual lines, with the author's line in the place of each that it fits; a gap goes on covering the lines between its neighbours. */
function keepLines(expected: readonly string[], actual: readonly string[]): string[] {
  const kept: string[] = [];
  let missing: string[] = [];
  let extra: string[] = [];
  const flush = (): void => {
    kept.push(...replaceChanged(missing, extra));
    missing = [];
    extra = [];
  };
  for (const row of alignLines(expected, actual)) {
    if (row.kind === "missing") missing.push(row.expected);
    else if (row.kind === "extra") extra.push(row.actual);
    else {
      flush();
      kept.push(row.expected);
    }
  }
  flush();
  return kept;
}

/** As many actual lines before and after a gap as the author had there. */
function replaceChanged(missing: readonly string[], extra: readonly string[]): readonly string[] {
  const before = missing.indexOf("...");
  if (before < 0) return extra;
  const after = missing.length - 1 - missing.lastIndexOf("...");
  return extra.length < before + after
    ? extra
    : [...extra.slice(0, before), "...", ...extra.slice(extra.length - after)];
}
