/** Messages between processes: a lifeline each, time downwards. */
import { round, type Tree } from "../tree.ts";
import { drawTip } from "./arrow.ts";
import { formatNumber } from "./axis.ts";
import { renderAlternative, renderDrawing, renderFigure, renderScroll } from "./figure.ts";
import type { ViewOf } from "./kinds.ts";
import { colourOf, cut, widthOf } from "./labels.ts";
import { renderRows } from "./table.ts";

type Sequence = ViewOf<"sequence">;
type Message = Sequence["messages"][number];

const headHeight = 26;
const step = 26;
/** Most that an interval without messages is stretched. */
const maxStep = 46;
/** What is drawn; the table has all. */
const maxDrawn = 200;
const maxText = 32;

export function renderSequence(view: Sequence): Tree {
  const messages = view.messages.toSorted((a, b) => a.sent - b.sent);
  const drawn = messages.slice(0, maxDrawn);
  const lanes = [...new Set([...view.lanes, ...drawn.flatMap(({ from, to }) => [from, to])])];
  const left = messages.length - drawn.length;
  const note: Tree[] =
    left > 0 ? [["p", { class: "r3-caption" }, `The first ${maxDrawn} messages; ${left} more are in the table.`]] : [];
  return renderFigure(
    "sequence",
    view.title,
    renderScroll(`${view.title ?? "Messages"}: drawing`, drawSequence(lanes, drawn, summarise(view, lanes))),
    ...note,
    renderAlternative(
      "Messages as a table",
      renderScroll(
        "Messages",
        renderRows(
          ["sent", "received", "from", "to", "message"],
          messages.map(({ sent, received, from, to, text }) => [
            Number(formatNumber(sent)),
            received === null ? "lost" : Number(formatNumber(received)),
            from,
            to,
            text,
          ]),
        ),
      ),
    ),
  );
}

function summarise({ title, messages }: Sequence, lanes: readonly string[]): string {
  const lost = messages.filter(({ received }) => received === null).length;
  const each = messages
    .slice(0, 12)
    .map(({ from, to, text, received }) => `${from} to ${to}: ${text}${received === null ? ", lost" : ""}.`);
  const total = `${messages.length} messages between ${lanes.join(", ")}${lost === 0 ? "" : `, ${lost} lost`}.`;
  return [`${title ?? "Messages over time"}.`, total, ...each].join(" ");
}

function drawSequence(lanes: readonly string[], messages: readonly Message[], description: string): Tree {
  const x = placeLanes(lanes, messages);
  const y = placeTimes(messages);
  const seen = new Map<number, number>();
  const tops = messages.map(({ sent }) => {
    const nth = seen.get(sent) ?? 0;
    seen.set(sent, nth + 1);
    return y(sent) + nth * step;
  });
  const ends = messages.map(({ sent, received }, index) => {
    const top = tops[index] ?? 0;
    return received === null ? top + step / 2 : Math.max(y(received) + (received === sent ? top - y(sent) : 0), top);
  });
  const bottom = Math.max(headHeight + step, ...ends) + 18;
  const width = Math.max(...x) + 70;
  const times = [...new Set(messages.flatMap(({ sent, received }) => (received === null ? [sent] : [sent, received])))];
  return renderDrawing(
    width,
    bottom,
    description,
    ...times.map((time): Tree => [
      "text",
      { class: "r3-axis", x: timeRoom - 14, y: y(time) + 4, "text-anchor": "end" },
      formatNumber(time),
    ]),
    ...lanes.map((lane, index) => drawLane(lane, index, x[index] ?? 0, bottom)),
    ...messages.map((message, index) =>
      drawMessage(
        message,
        x[lanes.indexOf(message.from)] ?? 0,
        x[lanes.indexOf(message.to)] ?? 0,
        tops[index] ?? 0,
        ends[index] ?? 0,
      ),
    ),
  );
}

/** Room for the times to the left of the lifelines. */
const timeRoom = 56;

/** The x of each lifeline: neighbours as far apart as the texts between them need. */
function placeLanes(lanes: readonly string[], messages: readonly Message[]): number[] {
  const gaps = lanes
    .slice(1)
    .map((lane, index) => Math.max(110, (widthOf(lane) + widthOf(lanes[index] ?? "")) / 2 + 16));
  for (const { from, to, text } of messages) {
    const [a, b] = [lanes.indexOf(from), lanes.indexOf(to)];
    const gap = Math.min(a, b);
    if (Math.abs(a - b) === 1) gaps[gap] = Math.max(gaps[gap] ?? 0, widthOf(cut(text, maxText)) + 28);
    if (a === b && a < gaps.length) gaps[a] = Math.max(gaps[a] ?? 0, widthOf(cut(text, maxText)) + 48);
  }
  const places = [timeRoom + widthOf(lanes[0] ?? "") / 2 + 8];
  for (const gap of gaps) places.push((places.at(-1) ?? 0) + gap);
  return places;
}

/** Time downwards: intervals in proportion, but none so short that labels meet, none so long that the eye loses the thread. */
function placeTimes(messages: readonly Message[]): (time: number) => number {
  const times = [...new Set(messages.flatMap(({ sent, received }) => [sent, received ?? sent]))].toSorted(
    (a, b) => a - b,
  );
  const intervals = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const shortest = intervals.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const places = new Map<number, number>();
  let y = headHeight + 24;
  for (const [index, time] of times.entries()) {
    places.set(time, y);
    const same = messages.filter(({ sent }) => sent === time).length;
    y += Math.max(same * step, Math.min((step * (intervals[index] ?? 1)) / shortest, maxStep), step);
  }
  return (time) => places.get(time) ?? 0;
}

function drawLane(lane: string, index: number, x: number, bottom: number): Tree {
  const width = widthOf(lane) + 12;
  return [
    "g",
    { class: colourOf(index) },
    ["line", { class: "r3-lifeline", x1: x, x2: x, y1: headHeight, y2: bottom }],
    ["rect", { class: "r3-block", x: x - width / 2, y: 1, width, height: headHeight - 2, rx: 4 }],
    ["text", { class: "r3-letter", x, y: headHeight / 2 + 4, "text-anchor": "middle" }, lane],
  ];
}

function drawMessage(
  { from, to, sent, received, text }: Message,
  x1: number,
  x2: number,
  y1: number,
  y2: number,
): Tree {
  const time =
    received === null ? `sent at ${formatNumber(sent)}, lost` : `${formatNumber(sent)} to ${formatNumber(received)}`;
  const own = x1 === x2;
  const lost = received === null;
  // A lost message gets two thirds of the way.
  const end = lost && !own ? x1 + (x2 - x1) * 0.66 : x2;
  const path = own
    ? `M${round(x1)} ${round(y1)}h34V${round(Math.max(y2, y1 + 12))}h-34`
    : `M${round(x1)} ${round(y1)}L${round(end)} ${round(y2)}`;
  const tip = own ? Math.max(y2, y1 + 12) : y2;
  const angle = own ? Math.PI : Math.atan2(y2 - y1, end - x1);
  const shape: Tree = lost
    ? ["path", { class: "r3-cross", d: `M${round(end - 5)} ${round(tip - 5)}l10 10m0 -10l-10 10` }]
    : ["path", { class: "r3-tip", d: drawTip(end, tip, angle) }];
  // A label stands clear of a line that slopes below it.
  const rise = own ? 0 : Math.min(((y2 - y1) / Math.abs(end - x1)) * (widthOf(cut(text, maxText)) / 2), step / 2);
  const label: Tree = own
    ? ["text", { x: x1 + 40, y: y1 + 10 }, cut(text, maxText)]
    : ["text", { x: (x1 + end) / 2, y: (y1 + y2) / 2 - 4 - rise, "text-anchor": "middle" }, cut(text, maxText)];
  return [
    "g",
    { class: lost ? "r3-message r3-lost" : "r3-message" },
    ["title", {}, `${from} to ${to}: ${text} (${time})`],
    ["path", { class: "r3-arrow", d: path }],
    shape,
    label,
  ];
}
