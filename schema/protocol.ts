/**
 * The messages that cross a wall: page ↔ runner (one WebSocket), page ↔ fence (postMessage), runner ↔ zygote (one socket into the box).
 * Each is parsed before it is believed; what does not fit its schema ends the session that sent it.
 */
import * as v from "valibot";
import { checkSchema, compiledCellSchema, endSchema, maxTimeoutMs } from "./cell.ts";
import { identifier, integer, json, list, shortText, source, text } from "./limits.ts";
import { traceEventSchema } from "./trace.ts";
import { inputSchema, viewSchema } from "./view.ts";

export const protocolVersion = "ring3.v1";
/** Largest message on the runner's WebSocket, in bytes. */
export const maxMessageBytes = 1 << 20;

const runId = v.pipe(v.string(), v.regex(/^[\w-]{1,40}$/));
/** A file's path inside a box: absolute or relative to the home directory, without `..`. */
const boxPath = v.pipe(
  v.string(),
  v.maxLength(200),
  v.regex(/^[\w./@+-]+$/),
  v.check((path) => !path.split("/").includes(".."), "a path in a box has no `..`"),
);

/** A program to run on the real kernel, and what it needs around it. */
export const runRequestSchema = v.object({
  language: v.picklist(["ts", "sh", "c"]),
  source,
  /** A portable program: its `function* main()` is driven with real calls. */
  portable: v.boolean(),
  /** The shared machine, or null for a fresh one. */
  box: v.nullable(identifier),
  files: list(v.object({ path: boxPath, text: source }), 50),
  /** Values of the notebook, by name, as JSON. */
  with: v.record(identifier, json),
  args: list(text, 50),
  timeoutMs: v.pipe(integer, v.minValue(1), v.maxValue(maxTimeoutMs)),
  trace: v.boolean(),
});
export type RunRequest = v.InferOutput<typeof runRequestSchema>;

/** Page → runner. */
export const toRunnerSchema = v.variant("type", [
  v.object({ type: v.literal("run"), run: runId, request: runRequestSchema }),
  v.object({ type: v.literal("stop"), run: runId }),
  v.object({ type: v.literal("reset"), box: identifier }),
]);
export type ToRunner = v.InferOutput<typeof toRunnerSchema>;

/** Runner → page. `hello` comes first; then, for each run, `started`, any number of reports, and exactly one `ended` or `refused`. */
export const fromRunnerSchema = v.variant("type", [
  v.object({
    type: v.literal("hello"),
    kernel: shortText,
    cpus: integer,
    capabilities: list(v.object({ name: shortText, ok: v.boolean(), detail: text, remedy: v.optional(text) }), 100),
  }),
  v.object({ type: v.literal("queued"), run: runId, place: integer }),
  v.object({ type: v.literal("started"), run: runId }),
  v.object({ type: v.literal("output"), run: runId, text }),
  v.object({ type: v.literal("check"), run: runId, check: checkSchema }),
  v.object({ type: v.literal("result"), run: runId, value: json }),
  v.object({ type: v.literal("trace"), run: runId, events: list(traceEventSchema, 1_000) }),
  v.object({ type: v.literal("ended"), run: runId, end: endSchema }),
  v.object({ type: v.literal("refused"), run: runId, code: shortText, message: text, remedy: v.optional(text) }),
  v.object({ type: v.literal("reset"), box: identifier }),
]);
export type FromRunner = v.InferOutput<typeof fromRunnerSchema>;

/** Where an error stands in the reader's own source, 1-based. */
const position = v.object({ line: integer, column: integer });
export const cellErrorSchema = v.object({ name: shortText, message: text, position: v.nullable(position) });
export type CellError = v.InferOutput<typeof cellErrorSchema>;

/** Page → fence, once it is up. */
export const toFenceSchema = v.variant("type", [
  /** Define or redefine cells; `inputs` are the values that inputs had before, by key. */
  v.object({
    type: v.literal("define"),
    cells: list(compiledCellSchema, 500),
    inputs: v.record(shortText, v.unknown()),
  }),
  /** A reader moved an input. */
  v.object({ type: v.literal("input"), key: shortText, value: v.unknown() }),
  /** A live cell's result, under its name. */
  v.object({ type: v.literal("value"), name: identifier, value: v.unknown() }),
  v.object({ type: v.literal("ping"), id: integer }),
]);
export type ToFence = v.InferOutput<typeof toFenceSchema>;

/** Fence → page: hostile, always parsed. */
export const fromFenceSchema = v.variant("type", [
  v.object({ type: v.literal("ready") }),
  /** The cell begins anew: what it showed is void. */
  v.object({ type: v.literal("pending"), cell: shortText }),
  v.object({ type: v.literal("display"), cell: shortText, view: viewSchema }),
  v.object({ type: v.literal("input"), cell: shortText, key: shortText, input: inputSchema }),
  v.object({ type: v.literal("check"), cell: shortText, check: checkSchema }),
  /** A value that live cells may ask for by `with=`. */
  v.object({ type: v.literal("value"), name: identifier, value: v.unknown() }),
  v.object({ type: v.literal("done"), cell: shortText, ms: v.number() }),
  v.object({ type: v.literal("failed"), cell: shortText, error: cellErrorSchema }),
  v.object({ type: v.literal("pong"), id: integer }),
]);
export type FromFence = v.InferOutput<typeof fromFenceSchema>;
