/** What a cell shows: plain data, never HTML. A renderer turns a view into a tree; the page, the build and the terminal have their own. */
import * as v from "valibot";
import { fraction, integer, list, shortText, text } from "./limits.ts";
import { traceSchema } from "./trace.ts";

const label = { title: v.optional(shortText) };
const tableCell = v.union([text, v.number(), v.boolean(), v.null()]);

/** SVG that may cross the fence: tags and attributes that can neither load, link, run nor style. */
export const pictureTags = [
  "svg",
  "g",
  "path",
  "rect",
  "circle",
  "ellipse",
  "line",
  "polyline",
  "polygon",
  "text",
  "tspan",
  "title",
  "desc",
] as const;
export const pictureAttributes = [
  "viewBox", "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry", "width", "height", "d", "points", "transform",
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "stroke-linejoin",
  "opacity", "text-anchor", "dominant-baseline", "font-size", "font-weight", "class",
] as const; // prettier-ignore

export type PictureNode =
  | string
  | readonly [
      tag: (typeof pictureTags)[number],
      attributes: Readonly<Record<string, string | number>>,
      ...children: PictureNode[],
    ];
const noReference = v.pipe(
  v.string(),
  v.maxLength(20_000),
  v.check((value) => !/url\s*\(|javascript:/i.test(value), "a picture cannot refer to anything outside itself"),
);
const pictureNode: v.GenericSchema<PictureNode> = v.lazy(() =>
  v.union([
    text,
    v.pipe(
      v.custom<PictureNode>((node) => Array.isArray(node) && node.length >= 2 && node.length <= 5_000),
      v.check((node) => (pictureTags as readonly unknown[]).includes(node[0]), "unknown tag in a picture"),
      v.check(
        (node) => v.is(v.record(v.picklist(pictureAttributes), v.union([v.number(), noReference])), node[1]),
        "unknown attribute in a picture",
      ),
      v.check(
        (node) => (node as readonly unknown[]).slice(2).every((child) => v.is(pictureNode, child)),
        "a picture's child is not a picture",
      ),
    ),
  ]),
);

export const viewSchema = v.variant("view", [
  /** Lines of text as a program prints them. */
  v.object({ view: v.literal("text"), text }),
  /** A value as a programmer would write it. */
  v.object({ view: v.literal("value"), text }),
  v.object({
    view: v.literal("table"),
    ...label,
    columns: list(shortText, 50),
    rows: list(list(tableCell, 50), 2_000),
  }),
  /** Every process of a trace over time: running, ready, blocked, its calls and its end. */
  v.object({ view: v.literal("timeline"), ...label, trace: traceSchema }),
  /** The buffer of a pipe: one entry per page slot, with how many of its bytes are used, from which offset. */
  v.object({
    view: v.literal("pipe"),
    ...label,
    pageSize: integer,
    slots: list(v.object({ offset: integer, used: integer, packet: v.optional(v.boolean()) }), 256),
    caption: v.optional(text),
  }),
  v.object({
    view: v.literal("bars"),
    ...label,
    unit: shortText,
    bars: list(v.object({ label: shortText, value: fraction, kernel: v.optional(v.picklist(["sim", "live"])) }), 100),
  }),
  /**
   * Who runs when, on one time axis for all charts (several policies, or several CPUs): a slice is maximal, `id` null is a context switch.
   * `jobs` gives the order of rows and colours; a job is there from `arrival` to `finish` (null: it has not ended).
   */
  v.object({
    view: v.literal("gantt"),
    ...label,
    unit: shortText,
    jobs: list(shortText, 100),
    charts: list(
      v.object({
        title: shortText,
        caption: v.optional(text),
        slices: list(
          v.object({ start: fraction, end: fraction, cpu: integer, id: v.nullable(shortText), why: v.optional(text) }),
          5_000,
        ),
        spans: list(v.object({ id: shortText, arrival: fraction, finish: v.nullable(fraction) }), 1_000),
        marks: v.optional(
          list(
            v.object({ at: fraction, id: shortText, mark: v.picklist(["miss", "block", "wake", "deadline"]) }),
            2_000,
          ),
        ),
      }),
      30,
    ),
  }),
  /** Curves over one axis; `at` marks a place on it, such as a slider's value. */
  v.object({
    view: v.literal("lines"),
    ...label,
    x: v.object({ label: shortText, unit: v.optional(shortText) }),
    y: v.object({ label: shortText, unit: v.optional(shortText) }),
    series: list(v.object({ label: shortText, points: list(v.tuple([fraction, fraction]), 2_000) }), 8),
    at: v.optional(fraction),
  }),
  /** Messages between processes over time, one lifeline each. */
  v.object({
    view: v.literal("sequence"),
    ...label,
    lanes: list(shortText, 30),
    messages: list(
      v.object({ from: shortText, to: shortText, sent: fraction, received: v.nullable(fraction), text: text }),
      1_000,
    ),
  }),
  /** Nodes and directed edges: a wait-for graph, a state diagram. `mark` sets apart what matters, such as a cycle. */
  v.object({
    view: v.literal("graph"),
    ...label,
    nodes: list(
      v.object({
        id: shortText,
        label: shortText,
        shape: v.picklist(["process", "resource", "state"]),
        mark: v.optional(v.boolean()),
      }),
      200,
    ),
    edges: list(
      v.object({ from: shortText, to: shortText, label: v.optional(shortText), mark: v.optional(v.boolean()) }),
      500,
    ),
  }),
  /** Who made whom: parents before children, `parent` null for a root. */
  v.object({
    view: v.literal("tree"),
    ...label,
    nodes: list(
      v.object({ id: shortText, parent: v.nullable(shortText), label: shortText, note: v.optional(text) }),
      500,
    ),
  }),
  /** Page tables of processes and the frames that they lead to. A page without a frame is not in memory. */
  v.object({
    view: v.literal("memory"),
    ...label,
    pageSize: integer,
    spaces: list(
      v.object({
        process: shortText,
        pages: list(
          v.object({
            page: integer,
            frame: v.nullable(integer),
            protection: shortText,
            mapping: shortText,
            mark: v.optional(v.picklist(["copy-on-write", "dirty", "swapped"])),
          }),
          256,
        ),
      }),
      16,
    ),
    frames: list(v.object({ frame: integer, text: text, users: integer }), 256),
  }),
  /** A drawing made by the cell, with what it shows in words. `width` and `height` are in CSS pixels. */
  v.object({
    view: v.literal("picture"),
    ...label,
    description: text,
    width: integer,
    height: integer,
    tree: pictureNode,
  }),
]);
export type View = v.InferOutput<typeof viewSchema>;

/** What `Inputs.range(…)` and its kind give: Observable Inputs' names and options, as data. The page draws it and sends the value. */
export const inputSchema = v.variant("input", [
  v.object({
    input: v.literal("range"),
    label: shortText,
    min: fraction,
    max: fraction,
    step: fraction,
    value: fraction,
  }),
  v.object({ input: v.literal("select"), label: shortText, options: list(shortText, 100), value: shortText }),
  v.object({ input: v.literal("radio"), label: shortText, options: list(shortText, 100), value: shortText }),
  v.object({ input: v.literal("toggle"), label: shortText, value: v.boolean() }),
  v.object({ input: v.literal("text"), label: shortText, value: text, placeholder: v.optional(shortText) }),
  v.object({ input: v.literal("button"), label: shortText, value: integer }),
]);
export type Input = v.InferOutput<typeof inputSchema>;
export type InputValue = Input["value"];
