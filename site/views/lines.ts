/** Curves over one axis, each with its name at its end. */
import { round, type Tree } from "../tree.ts";
import { axisRoom, formatNumber, listTicks } from "./axis.ts";
import { renderAlternative, renderDrawing, renderFigure, renderScroll } from "./figure.ts";
import type { ViewOf } from "./kinds.ts";
import { colourOf, cut, widthOf } from "./labels.ts";
import { renderRows } from "./table.ts";

type Lines = ViewOf<"lines">;
type Point = readonly [x: number, y: number];
/** From a value to its place, in pixels. */
type Place = (value: number) => number;

/** The whole drawing, where the names leave enough room for the curves. */
const comfortableWidth = 516;
const leastPlotWidth = 300;
const plotHeight = 240;
const top = 42;
const lineHeight = 15;
/** Most points that are drawn as shapes of their own. */
const maxShapes = 60;
const maxTableRows = 1_000;

export function renderLines(view: Lines): Tree {
  const { title, x, y, at } = view;
  const series = view.series.map(({ label, points }) => ({ label, points: points.toSorted((a, b) => a[0] - b[0]) }));
  const points = series.flatMap((one) => one.points);
  const [fromX, toX] = findRange([...points.map((point) => point[0]), ...(at === undefined ? [] : [at])], false);
  const [fromY, toY] = findRange(
    points.map((point) => point[1]),
    true,
  );
  const ticksY = listTicks(fromY, toY, plotHeight / axisRoom);
  const left = 12 + Math.max(24, ...ticksY.map((tick) => widthOf(formatNumber(tick))));
  const names = series.map(({ label }) => cut(label, 28));
  const namesWidth = 14 + Math.max(0, ...names.map(widthOf));
  const plotWidth = Math.max(comfortableWidth - left - namesWidth, leastPlotWidth);
  const ticksX = listTicks(fromX, toX, plotWidth / (1.3 * axisRoom));
  const placeX: Place = (value) => left + ((value - fromX) / (toX - fromX)) * plotWidth;
  const placeY: Place = (value) => top + plotHeight - ((value - fromY) / (toY - fromY)) * plotHeight;
  const bottom = top + plotHeight;
  const right = left + plotWidth;
  const width = right + namesWidth;

  const nameYs = placeNames(
    series.map(({ points }) => placeY(points.at(-1)?.[1] ?? fromY)),
    bottom,
  );
  const drawing = renderDrawing(
    width,
    bottom + 38,
    summarise(view),
    ...ticksY.flatMap((tick): Tree[] => [
      ["line", { class: "r3-grid", x1: left, x2: right, y1: placeY(tick), y2: placeY(tick) }],
      ["text", { class: "r3-axis", x: left - 6, y: placeY(tick) + 4, "text-anchor": "end" }, formatNumber(tick)],
    ]),
    [
      "path",
      {
        class: "r3-scale",
        d: `M${round(left)} ${bottom}H${round(right)}${ticksX.map((tick) => `M${round(placeX(tick))} ${bottom}v4`).join("")}`,
      },
    ],
    ...ticksX.map((tick): Tree => [
      "text",
      { class: "r3-axis", x: placeX(tick), y: bottom + 17, "text-anchor": "middle" },
      formatNumber(tick),
    ]),
    ["text", { class: "r3-axis", x: left, y: 13 }, nameAxis(y)],
    ["text", { class: "r3-axis", x: right, y: bottom + 33, "text-anchor": "end" }, nameAxis(x)],
    ...(at === undefined ? [] : drawMarker(at, `${x.label} ${formatNumber(at)}`, placeX, bottom, right)),
    ...series.map(({ points }, index) => drawCurve(points, index, placeX, placeY, at)),
    ...series.map(({ points }, index) => {
      const end = points.at(-1);
      return drawName(names[index] ?? "", index, end && [placeX(end[0]), placeY(end[1])], right, nameYs[index] ?? top);
    }),
  );
  return renderFigure(
    "lines",
    title,
    renderScroll(`${title ?? "Curves"}: drawing`, drawing),
    renderAlternative("Curves as a table", renderPoints(view)),
  );
}

const nameAxis = ({ label, unit }: Lines["x"]): string => (unit === undefined ? label : `${label} (${unit})`);

/** From the least to the greatest; with 0 where that is near, with some room where all are equal. */
function findRange(values: readonly number[], zero: boolean): Point {
  const least = values.reduce((a, b) => Math.min(a, b), values[0] ?? 0);
  const greatest = values.reduce((a, b) => Math.max(a, b), values[0] ?? 1);
  const from = zero && least > 0 && least < 2 * (greatest - least) ? 0 : least;
  return greatest > from ? [from, greatest] : [from - (from === 0 ? 0 : 1), from + 1];
}

/** The y of each name: at its curve's end, but never over another name. */
function placeNames(ends: readonly number[], bottom: number): number[] {
  const placed = ends.map((end, index) => ({ index, y: end })).toSorted((a, b) => a.y - b.y);
  placed.forEach(
    (name, nth) => (name.y = Math.max(name.y, (placed[nth - 1]?.y ?? Number.NEGATIVE_INFINITY) + lineHeight)),
  );
  let room = bottom;
  for (const name of placed.toReversed()) {
    name.y = Math.min(name.y, room);
    room = name.y - lineHeight;
  }
  return placed.toSorted((a, b) => a.index - b.index).map(({ y }) => y);
}

function drawName(name: string, index: number, end: Point | undefined, right: number, y: number): Tree {
  const label: Tree = ["text", { class: "r3-curve-name", x: right + 12, y: y + 4 }, name];
  if (end === undefined) return label;
  const leader = `M${round(end[0])} ${round(end[1])}L${round(right + 8)} ${round(y)}`;
  return ["g", { class: colourOf(index) }, ["path", { class: "r3-leader", d: leader }], label];
}

function drawMarker(at: number, words: string, placeX: Place, bottom: number, right: number): Tree[] {
  const x = placeX(at);
  const anchor = x + widthOf(words) / 2 > right ? "end" : "middle";
  return [
    ["line", { class: "r3-at", x1: x, x2: x, y1: top - 6, y2: bottom }],
    ["text", { class: "r3-at-text", x, y: top - 10, "text-anchor": anchor }, words],
  ];
}

function drawCurve(
  points: readonly Point[],
  index: number,
  placeX: Place,
  placeY: Place,
  at: number | undefined,
): Tree {
  const places = thin(points.map(([x, y]): Point => [placeX(x), placeY(y)]));
  const path = places.map(([x, y]) => `${round(x)} ${round(y)}`).join("L");
  const shapes = points.length <= maxShapes ? points : [];
  return [
    "g",
    { class: colourOf(index) },
    ...(places.length > 1 ? [["path", { class: "r3-curve", d: `M${path}` }] satisfies Tree] : []),
    ...shapes.map(([x, y]): Tree => [
      "path",
      {
        class: x === at ? "r3-point r3-chosen" : "r3-point",
        d: drawPoint(index, placeX(x), placeY(y), x === at ? 5.5 : 3.5),
      },
      ["title", {}, `${formatNumber(x)}: ${formatNumber(y)}`],
    ]),
  ];
}

/** Shape as well as colour: circle, square, triangle, diamond. */
function drawPoint(index: number, x: number, y: number, r: number): string {
  const at = (dx: number, dy: number): string => `M${round(x + dx)} ${round(y + dy)}`;
  switch (index % 4) {
    case 0:
      return `${at(-r, 0)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
    case 1:
      return `${at(-r, -r)}h${2 * r}v${2 * r}h${-2 * r}z`;
    case 2:
      return `${at(0, -r - 1)}l${r + 1} ${2 * r}h${-2 * r - 2}z`;
    default:
      return `${at(0, -r - 1)}l${r + 1} ${r + 1}l${-r - 1} ${r + 1}l${-r - 1} ${-r - 1}z`;
  }
}

/** Of many points in one column of pixels, the first, the lowest, the highest and the last: the curve looks the same. */
function thin(points: readonly Point[]): readonly Point[] {
  if (points.length <= comfortableWidth) return points;
  const columns = Map.groupBy(points, ([x]) => Math.floor(x));
  return [...columns.values()].flatMap((column) => {
    const sorted = column.toSorted((a, b) => a[1] - b[1]);
    const kept = new Set([column[0], sorted[0], sorted.at(-1), column.at(-1)]);
    return column.filter((point) => kept.has(point));
  });
}

function summarise({ title, x, y, series, at }: Lines): string {
  const each = series.map(({ label, points }) => {
    const sorted = points.toSorted((a, b) => a[0] - b[0]);
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) return `${label}: no points.`;
    const here = sorted.find((point) => point[0] === at);
    const now = here === undefined ? "" : `, ${formatNumber(here[1])} at ${formatNumber(here[0])}`;
    return `${label}: from ${formatNumber(first[1])} at ${formatNumber(first[0])} to ${formatNumber(last[1])} at ${formatNumber(last[0])}${now}.`;
  });
  return [`${title ?? "Curves"}: ${nameAxis(y)} over ${nameAxis(x)}.`, ...each].join(" ");
}

/** One row per x, one column per curve. */
function renderPoints({ x, y, series }: Lines): Tree {
  const columns = series.map(({ points }) => new Map(points));
  const all = [...new Set(columns.flatMap((column) => [...column.keys()]))].toSorted((a, b) => a - b);
  const trim = (value: number | undefined): number | null => (value === undefined ? null : Number(formatNumber(value)));
  const rows = all.slice(0, maxTableRows).map((at) => [at, ...columns.map((column) => column.get(at))].map(trim));
  const left = all.length - rows.length;
  const rest: Tree[] = left > 0 ? [["p", { class: "r3-caption" }, `${left} more rows are not listed.`]] : [];
  const heads = series.map(({ label }) => (series.length === 1 ? nameAxis(y) : label));
  return ["div", {}, renderScroll("Points", renderRows([nameAxis(x), ...heads], rows)), ...rest];
}
