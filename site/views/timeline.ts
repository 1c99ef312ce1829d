/** The timeline of a trace: one lane per process, its states as shapes, its calls as marks. */
import type { Trace } from "../../schema/trace.ts";
import { round, type Tree } from "../tree.ts";
import { axisRoom, listTicks } from "./axis.ts";
import { renderAlternative, renderDrawing, renderScroll } from "./figure.ts";
import type { ViewOf } from "./kinds.ts";
import { type Lane, type Lanes, type LaneState, type Mark, type Span, foldLanes } from "./lanes.ts";
import { formatQuantity } from "./bars.ts";
import { kernelWords, renderKernel } from "./kernel.ts";
import { colourOf, cut, placeLabels, widthOf } from "./labels.ts";
import { renderRows } from "./table.ts";
import { describeEvent, explainErrno } from "./words.ts";

const barHeight = 16;
const titleHeight = 20;
const labelHeight = 15;
const maxLabelRows = 3;
const laneGap = 14;
const axisHeight = 34;
const margin = 8;
/** Drawing widths in CSS pixels: what a desk shows at once, and where a long trace stops growing. */
const comfortableWidth = 600;
const maxWidth = 6_000;
const maxTableRows = 1_000;

export function renderTimeline({ title, trace }: ViewOf<"timeline">): Tree {
  const folded = foldLanes(trace);
  const name = title ?? `Processes on the ${kernelWords[trace.kernel]}`;
  const caption: Tree = ["figcaption", {}, renderKernel(trace.kernel), " ", name];
  return [
    "figure",
    { class: "r3-figure r3-timeline" },
    caption,
    renderScroll(`${name}: drawing`, drawTimeline(folded, trace, `${name}. ${summarise(folded, trace)}`)),
    renderKey(folded),
    renderAlternative("Events as a table", renderEvents(trace, folded)),
  ];
}

/** One sentence per process: what it did and how it ended. */
function summarise({ lanes, from, to }: Lanes, trace: Trace): string {
  const total = `${lanes.length} ${lanes.length === 1 ? "process" : "processes"}, ${formatTime(to - from, trace)}.`;
  const each = lanes.slice(0, 12).map((lane) => {
    const blocked = lane.spans
      .filter((span) => span.state === "blocked")
      .reduce((sum, span) => sum + span.to - span.from, 0);
    const waiting = blocked > 0 ? `, blocked for ${formatTime(blocked, trace)}` : "";
    return `${lane.role}: ${lane.marks.length} calls${waiting}${lane.end === null ? ", not ended" : `, ${lane.end.text}`}.`;
  });
  return [total, ...each].join(" ");
}

const formatTime = (time: number, trace: Trace): string =>
  trace.unit === "tick" ? `${time} ${time === 1 ? "tick" : "ticks"}` : `${formatQuantity(time)} µs`;

function drawTimeline({ lanes, from, to }: Lanes, trace: Trace, description: string): Tree {
  const length = Math.max(to - from, 1);
  const scale = chooseScale(length, trace);
  const width = Math.max(
    length * scale + 2 * margin + 60,
    ...lanes.map((lane) => 2 * margin + widthOf(titleOf(lane, trace))),
  );
  const x = (time: number): number => margin + (time - from) * scale;
  let y = 0;
  const drawn = lanes.map((lane, index): Tree => {
    const labels = placeLabels(
      lane.marks.map((mark) => ({ x: x(mark.from), text: shorten(mark.text) })),
      width - margin,
      maxLabelRows,
    );
    const top = y;
    y += titleHeight + barHeight + labels.rows * labelHeight + laneGap;
    const axisOf: Tree[] = [
      ["text", { class: "r3-lane-title", x: margin, y: top + 13 }, titleOf(lane, trace)],
      ...lane.spans.map((span) => drawSpan(span, x, top + titleHeight)),
      ...lane.marks.flatMap((mark, nth) => drawMark(mark, x(mark.from), top + titleHeight, labels.places[nth] ?? null)),
      ...drawEnd(lane, x, top + titleHeight),
    ];
    return ["g", { class: colourOf(index) }, ...axisOf];
  });
  const height = y + axisHeight;
  return renderDrawing(width, height, description, ...drawAxis(from, to, trace, x, y), ...drawn);
}

const titleOf = (lane: Lane, trace: Trace): string =>
  trace.kernel === "live" ? `${lane.role} (pid ${lane.pid})` : `${lane.role} (P${lane.pid})`;

/** Pixels per unit of time: whole ticks get room for their labels, microseconds share what a desk shows. */
function chooseScale(length: number, trace: Trace): number {
  const comfortable = (comfortableWidth - 2 * margin - 60) / length;
  return trace.unit === "tick" ? Math.min(Math.max(comfortable, 14), 64, maxWidth / length) : comfortable;
}

const spanWords: Readonly<Record<LaneState, string>> = {
  running: "running",
  ready: "ready",
  inside: "in a system call",
  blocked: "blocked",
  stopped: "stopped by a signal",
  zombie: "ended, not yet waited for",
};

/** Shape as well as colour: full bar, hollow bar, half bar, dashed line, double line, dotted line. */
function drawShape(state: LaneState, x: number, y: number, width: number): Tree {
  const middle = y + barHeight / 2;
  switch (state) {
    case "running":
      return ["rect", { class: "r3-running", x, y, width, height: barHeight }];
    case "ready":
      return [
        "rect",
        { class: "r3-ready", x: x + 0.75, y: y + 3.75, width: Math.max(width - 1.5, 0.5), height: barHeight - 7.5 },
      ];
    case "inside":
      return ["rect", { class: "r3-inside", x, y: y + 5, width, height: barHeight - 10 }];
    case "stopped":
      return ["path", { class: "r3-stopped", d: `M${round(x)} ${middle - 3}h${round(width)}m0 6h${round(-width)}` }];
    case "blocked":
    case "zombie":
      return ["line", { class: `r3-${state}`, x1: x, x2: x + width, y1: middle, y2: middle }];
  }
}

function drawSpan(span: Span, x: (time: number) => number, y: number): Tree {
  const words = span.on === undefined ? spanWords[span.state] : `${spanWords[span.state]}: ${span.on}`;
  const start = x(span.from);
  const width = Math.max(x(span.to) - start, 0.5);
  const name = span.state === "blocked" && span.on !== undefined ? `waits for ${span.on}` : "";
  const fits = name !== "" && widthOf(name) + 8 < width;
  const label: Tree[] = fits
    ? [["text", { class: "r3-waits", x: start + width / 2, y: y + 5, "text-anchor": "middle" }, name]]
    : [];
  return ["g", {}, ["title", {}, words], drawShape(span.state, start, y, width), ...label];
}

function drawMark(mark: Mark, x: number, y: number, place: { x: number; row: number } | null): Tree[] {
  const [call, errno] = mark.text.split(" fails: ");
  const words = errno === undefined ? mark.text : `${call} fails: ${explainErrno(errno)}`;
  const below = y + barHeight;
  const shape: Tree = mark.failed
    ? ["path", { class: "r3-mark r3-failed", d: `M${round(x - 3)} ${y - 3}l6 6m0 -6l-6 6` }]
    : ["line", { class: "r3-mark", x1: x, x2: x, y1: y - 3, y2: below + 3 }];
  if (place === null) return [["g", {}, ["title", {}, words], shape]];
  const baseline = below + 13 + place.row * labelHeight;
  const text: Tree = [
    "text",
    { class: mark.failed ? "r3-call r3-failed" : "r3-call", x: place.x + 3, y: baseline },
    shorten(mark.text),
  ];
  const stem: Tree = ["line", { class: "r3-stem", x1: x, x2: x, y1: below, y2: baseline }];
  return [["g", {}, ["title", {}, words], stem, shape, text]];
}

function drawEnd(lane: Lane, x: (time: number) => number, y: number): Tree[] {
  if (lane.end === null) return [];
  const at = x(lane.end.at);
  return [
    [
      "g",
      {},
      ["title", {}, lane.end.text],
      [
        "path",
        { class: "r3-end", d: `M${round(at)} ${y - 3}v${barHeight + 6}m0 ${-barHeight / 2 - 3}m-4 -4l8 8m0 -8l-8 8` },
      ],
      ["text", { class: "r3-end-text", x: at + 7, y: y - 4 }, lane.end.text],
    ],
  ];
}

function drawAxis(from: number, to: number, trace: Trace, x: (time: number) => number, y: number): Tree[] {
  const times = listTicks(from, to, (x(to) - x(from)) / axisRoom, 1);
  const unit = trace.unit === "tick" ? "ticks" : "µs";
  return [
    ...times.map((time): Tree => ["line", { class: "r3-grid", x1: x(time), x2: x(time), y1: 0, y2: y }]),
    ...times.map((time): Tree => [
      "text",
      { class: "r3-axis", x: x(time), y: y + 14, "text-anchor": "middle" },
      String(time),
    ]),
    ["text", { class: "r3-axis", x: margin, y: y + 29 }, `time in ${unit}`],
  ];
}

/** The shapes that occur, each with its word beside it. */
function renderKey({ lanes }: Lanes): Tree {
  const seen = new Set(lanes.flatMap((lane) => lane.spans.map((span) => span.state)));
  const states = (Object.keys(spanWords) as LaneState[]).filter((state) => seen.has(state));
  return [
    "p",
    { class: "r3-key" },
    ...states.map((state): Tree => [
      "span",
      {},
      ["svg", { viewBox: "0 0 28 16", width: 28, height: 16, "aria-hidden": "true" }, drawShape(state, 1, 0, 26)],
      ` ${spanWords[state]} `,
    ]),
  ];
}

function renderEvents(trace: Trace, { lanes }: Lanes): Tree {
  const roles = new Map(lanes.map((lane) => [lane.pid, lane.role]));
  const rows = trace.events
    .slice(0, maxTableRows)
    .map((event) => [event.at, roles.get(event.pid) ?? String(event.pid), describeEvent(event), event.why ?? ""]);
  const left = trace.events.length - rows.length;
  const table = renderRows([trace.unit === "tick" ? "tick" : "µs", "process", "what it does", "why"], rows);
  const rest: Tree[] = left > 0 ? [["p", {}, `${left} more events are not listed.`]] : [];
  return ["div", {}, renderScroll("Events", table), ...rest];
}

/**
 * A label of at most 36 characters, cut in the arguments rather than in the outcome: `write(4, "is anyb… fails: EPIPE`. The whole text is
 * in the mark's title and in the table.
 */
function shorten(text: string): string {
  const at = Math.max(text.lastIndexOf(" fails: "), text.lastIndexOf(" → "));
  const [call, outcome] = at < 0 ? [text, ""] : [text.slice(0, at), cut(text.slice(at), 20)];
  return cut(call, 36 - outcome.length) + outcome;
}
