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
