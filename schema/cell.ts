/** What a chapter is made of: cells, what they must print, and what they were seen to print. */
import * as v from "valibot";
import { integer, list, shortText, source, text } from "./limits.ts";
import { traceSchema } from "./trace.ts";

/** `sim`: the simulated kernel, in the browser. `live`: the reader's own Linux kernel, through the runner. */
export type Kernel = "sim" | "live";

/** Something wrong with a chapter, where it stands (1-based), and what would mend it. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly mend?: string;
}

/** What a block must print. Placeholders in `text`: `[pid]`, `[pid:child]`, `[time]`, `[n]`, `[..]`, and a line `...`. */
export interface Expectation {
  readonly text: string;
  /** Lines may come in any order. */
  readonly unordered: boolean;
  /** Line of the first line of text in the chapter. */
  readonly line: number;
}

/** The part that a cell plays in an exercise: the reader's start, the hidden checks, or the solution. */
export interface ExercisePart {
  readonly exercise: string;
  readonly part: "start" | "check" | "solution";
}

export interface Cell {
  /** The name, or `cell-N`: N counts the cells of the chapter from 1. */
  readonly id: string;
  readonly name: string | null;
  /** `ts`, `sh` and `c` run; any other language is a file that `as` puts into the box. */
  readonly language: string;
  /** Empty for a block that is only a file. */
  readonly kernels: readonly Kernel[];
  readonly source: string;
  /** Where the first character of `source` stands in the chapter, 1-based. */
  readonly line: number;
  readonly column: number;
  /** The shared machine it runs in; null: a fresh one for each run. */
  readonly box: string | null;
  /** The path in the box at which the block is put as a file. */
  readonly as: string | null;
  /** Capabilities that it cannot run without. */
  readonly needs: readonly string[];
  /** Values of the notebook that a live cell is given. */
  readonly with: readonly string[];
  /** How long a live run may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly exercise: ExercisePart | null;
  readonly hints: readonly string[];
  readonly expectation: Expectation | null;
}

/** Is a cell one program for both kernels? */
export const isPortable = (cell: Pick<Cell, "kernels">): boolean =>
  cell.kernels.includes("sim") && cell.kernels.includes("live");

export interface Chapter {
  readonly file: string;
  readonly title: string;
  readonly cells: readonly Cell[];
  readonly problems: readonly Problem[];
}

export const defaultTimeoutMs = 5_000;
export const maxTimeoutMs = 60_000;

/** How a run ended. `stopped`: by the reader; the others by a limit. */
export const endSchema = v.object({
  exitStatus: v.nullable(integer),
  termSignal: v.nullable(shortText),
  cause: v.picklist(["ended", "stopped", "time", "output", "memory", "lost"]),
  ms: v.number(),
});
export type End = v.InferOutput<typeof endSchema>;

export const checkSchema = v.object({ label: shortText, ok: v.boolean() });
export type Check = v.InferOutput<typeof checkSchema>;

/** One real run of a live cell, kept beside the chapter so that the page is complete without a runner. */
export const sampleSchema = v.object({
  /** SHA-256 (hex) of what decides the run: the cell's source, files, language and attributes. */
  hash: shortText,
  kernel: shortText,
  cpus: integer,
  date: shortText,
  output: text,
  end: v.omit(endSchema, ["ms"]),
  checks: list(checkSchema, 100),
  result: v.optional(v.unknown()),
  trace: v.optional(traceSchema),
});
export type Sample = v.InferOutput<typeof sampleSchema>;

/** `03-pipes.recorded.json`: the samples of a chapter by cell id. */
export const recordedSchema = v.object({ version: v.literal(1), cells: v.record(shortText, sampleSchema) });
export type Recorded = v.InferOutput<typeof recordedSchema>;

/** A cell ready to be defined in a notebook; `body` is a JavaScript function expression over `$import` and then `inputs`. */
export const compiledCellSchema = v.object({
  id: shortText,
  inputs: list(shortText, 200),
  outputs: list(shortText, 200),
  body: source,
});
export type CompiledCell = v.InferOutput<typeof compiledCellSchema>;
