/** Browser-safe. What the info string of a cell says. */
import { defaultTimeoutMs, maxTimeoutMs, type ExercisePart, type Kernel } from "../schema/cell.ts";
import { isName, isTaken } from "./names.ts";
import { findNearest } from "./nearest.ts";
import type { Place, Report } from "./problems.ts";

interface Word extends Place {
  readonly text: string;
}

export interface Attributes {
  readonly kernels: readonly Kernel[];
  readonly name: string | null;
  readonly box: string | null;
  readonly as: string | null;
  readonly needs: readonly string[];
  readonly with: readonly string[];
  readonly timeoutMs: number;
  readonly exercise: ExercisePart | null;
}

const words = ["sim", "live"];
const attributes = ["name", "box", "as", "needs", "with", "timeout", "exercise", "check", "solution"];
const known = [...words, ...attributes];
/** What only a `live` cell can have, and what only a `sim` cell can have. */
const onlyLive: ReadonlySet<string> = new Set(["box", "needs", "with", "timeout"]);
const onlySim: ReadonlySet<string> = new Set(["exercise", "check", "solution"]);

/** Does an info string make its block a cell? */
export const isCell = (infoWords: readonly Word[]): boolean =>
  infoWords.some(({ text }) => words.includes(text) || text.startsWith("as="));

/** Reports the words of a block that is no cell: it may have only those that are `allowed`. */
export function refuseAttributes(
  infoWords: readonly Word[],
  what: string,
  allowed: readonly string[],
  report: Report,
): void {
  for (const word of infoWords) {
    const key = keyOf(word);
    if (allowed.includes(word.text)) continue;
    const mend = attributes.includes(key)
      ? "If it is a cell, add sim or live."
      : suggest(key, [...allowed, ...words, ...attributes]);
    report(word, `${what} has no attribute "${key}".`, mend);
  }
}

/** Reads the words of a cell's info string. `cell` is where its fence stands. */
export function readAttributes(infoWords: readonly Word[], language: string, cell: Place, report: Report): Attributes {
  const values = new Map<string, { value: string; at: Place }>();
  for (const word of infoWords) {
    const key = keyOf(word);
    const hasValue = word.text.includes("=");
    if (!(hasValue ? attributes : words).includes(key)) report(word, ...describeUnknown(key, hasValue));
    else if (values.has(key)) report(word, `The attribute "${key}" stands twice.`, "Keep one.");
    else values.set(key, { value: word.text.slice(key.length + 1), at: valuePlace(word, key) });
  }
  const kernels = readKernels(values, language, report);
  refuseMisplaced(values, kernels, report);
  const as = readPath(values, report);
  if (as !== null && !values.has("box"))
    report(
      cell,
      `Nothing can read the file "${as}": its cell has no box.`,
      "Add box=NAME, the same as in the cells that read it.",
    );
  return {
    kernels,
    name: readName("name", values, report),
    box: readName("box", values, report),
    as,
    needs: readList("needs", values, /^[a-z][a-z0-9-]*$/, "a capability such as cc or systemd", report),
    with: readList("with", values, /^[A-Za-z_$][\w$]*$/, "the name of a value", report),
    timeoutMs: readTimeout(values, report),
    exercise: readExercise(values, report),
  };
}

type Values = ReadonlyMap<string, { readonly value: string; readonly at: Place }>;

const keyOf = (word: Word): string => word.text.split("=", 1)[0]!;
const valuePlace = (word: Word, key: string): Place =>
  word.text.length > key.length ? { line: word.line, column: word.column + key.length + 1 } : word;

function describeUnknown(key: string, hasValue: boolean): [message: string, mend: string] {
  if (hasValue && words.includes(key)) return [`The word "${key}" takes no value.`, `Write ${key}.`];
  if (!hasValue && attributes.includes(key)) return [`The attribute "${key}" needs a value.`, `Write ${key}=….`];
  return [`A cell has no attribute "${key}".`, suggest(key, known)];
}

function suggest(key: string, candidates: readonly string[]): string {
  const nearest = findNearest(key, candidates);
  return nearest ? `Did you mean "${nearest}"?` : `There are: ${candidates.join(" ")}.`;
}

function readKernels(values: Values, language: string, report: Report): readonly Kernel[] {
  const kernels = (["sim", "live"] as const).filter((kernel) => values.has(kernel));
  const languages: Record<Kernel, readonly string[]> = { sim: ["ts"], live: ["ts", "sh", "c"] };
  return kernels.filter((kernel) => {
    const allowed = kernels.length === 2 ? languages.sim : languages[kernel];
    if (allowed.includes(language)) return true;
    const where = kernels.length === 2 ? "sim live" : kernel;
    const nearest = findLanguage(language);
    // A block in a data language is a file of a live machine: ```ini live box=boot as=/etc/systemd/system/lab.service
    if (where === "live" && values.has("as") && nearest === null && language !== "") return false;
    report(
      values.get(kernel)!.at,
      language === "" ? `A ${where} cell has no language.` : `A ${where} cell cannot be written in "${language}".`,
      nearest && allowed.includes(nearest) ? `Write ${nearest} instead.` : `Write it in ${allowed.join(", ")}.`,
    );
    return false;
  });
}

/** What was probably meant by another name of a language that runs. */
function findLanguage(language: string): string | null {
  if (/^(js|mjs|javascript|typescript|tsx?|mts)$/.test(language)) return "ts";
  return /^(bash|shell|zsh)$/.test(language) ? "sh" : null;
}

function refuseMisplaced(values: Values, kernels: readonly Kernel[], report: Report): void {
  for (const [key, { at }] of values) {
    if (onlyLive.has(key) && kernels.length > 0 && !kernels.includes("live"))
      report(keyPlace(at, key), `The attribute "${key}" means nothing in a sim cell.`, "Remove it, or add live.");
    if (onlySim.has(key) && !kernels.includes("sim"))
      report(keyPlace(at, key), `The attribute "${key}" is for sim cells.`, "Add sim, or remove it.");
    if ((key === "needs" || key === "with" || key === "timeout") && kernels.length === 0)
      report(keyPlace(at, key), `The attribute "${key}" means nothing in a file.`, "Remove it, or add live.");
  }
}

const keyPlace = (value: Place, key: string): Place => ({ line: value.line, column: value.column - key.length - 1 });

function readName(key: "name" | "box", values: Values, report: Report): string | null {
  const entry = values.get(key);
  if (!entry) return null;
  return acceptName(entry, key === "name", report) ? entry.value : null;
}

function acceptName({ value, at }: { value: string; at: Place }, isValue: boolean, report: Report): boolean {
  if (!isName(value))
    report(
      at,
      `"${value}" is no name.`,
      "A name is a JavaScript identifier in ASCII: letters, digits and _, no digit first.",
    );
  else if (isValue && isTaken(value))
    report(at, `The name "${value}" means something already.`, "Choose another name.");
  else return true;
  return false;
}

function readPath(values: Values, report: Report): string | null {
  const entry = values.get("as");
  if (!entry) return null;
  const { value, at } = entry;
  if (/^[\w./@+-]{1,200}$/.test(value) && !value.split("/").includes("..") && !value.endsWith("/")) return value;
  report(at, `"${value}" is no path of a file in a box.`, "Use letters, digits and . / @ + - _, without a .. part.");
  return null;
}

function readList(key: string, values: Values, pattern: RegExp, what: string, report: Report): readonly string[] {
  const entry = values.get(key);
  if (!entry) return [];
  const items: string[] = [];
  let column = entry.at.column;
  for (const item of entry.value.split(",")) {
    const at = { line: entry.at.line, column };
    column += item.length + 1;
    if (!pattern.test(item)) report(at, `"${item}" in ${key}= is not ${what}.`, `Write ${key}=one,two.`);
    else if (items.includes(item)) report(at, `"${item}" stands twice in ${key}=.`, "Keep one.");
    else items.push(item);
  }
  return items;
}

function readTimeout(values: Values, report: Report): number {
  const entry = values.get("timeout");
  if (!entry) return defaultTimeoutMs;
  const match = /^(\d{1,6})(ms|s)$/.exec(entry.value);
  const timeoutMs = match ? Number(match[1]) * (match[2] === "s" ? 1_000 : 1) : 0;
  if (timeoutMs >= 1 && timeoutMs <= maxTimeoutMs) return timeoutMs;
  report(
    entry.at,
    `"${entry.value}" is no time limit.`,
    `Write timeout=5s or timeout=300ms, at most ${maxTimeoutMs / 1_000}s.`,
  );
  return defaultTimeoutMs;
}

function readExercise(values: Values, report: Report): ExercisePart | null {
  const parts = (["exercise", "check", "solution"] as const).filter((key) => values.has(key));
  const [key, second] = parts;
  if (!key) return null;
  const entry = values.get(key)!;
  if (second)
    report(
      keyPlace(values.get(second)!.at, second),
      `A cell cannot be ${key} and ${second} at once.`,
      "Make two cells of it.",
    );
  if (!acceptName(entry, false, report)) return null;
  return { exercise: entry.value, part: key === "exercise" ? "start" : key };
}
