/** Who runs when: one bar per CPU, many policies above one time axis, and for few charts a row for the life of each job. */
import { round, type Tree } from "../tree.ts";
import { axisRoom, formatNumber, listTicks } from "./axis.ts";
import { renderAlternative, renderDrawing, renderFigure, renderScroll } from "./figure.ts";
import { drawArrival, drawJob, drawMark, drawSwitch, renderKey, thinMarks } from "./gantt-shapes.ts";
import {
  type Chart,
  type Gantt,
  mergeNarrow,
  nameCpu,
  type Piece,
  type Plan,
  planGantt,
  sumShares,
} from "./gantt-plan.ts";
import { renderJobs, renderSlices, summarise } from "./gantt-words.ts";
import { colourOf, placeLabels, widthOf } from "./labels.ts";

const barHeight = 24;
const numberHeight = 15;
const rowHeight = 20;
const markHeight = 14;
const nameHeight = 14;
const gap = 6;
const maxArrivals = 60;

export function renderGantt(view: Gantt): Tree {
  const plan = planGantt(view);
  const name = view.title ?? "Who runs when";
  const charts = view.charts.flatMap((chart): Tree[] => [
    ["p", { class: "r3-chart" }, ["strong", {}, chart.title], ...(chart.caption ? [` ${chart.caption}`] : [])],
    drawChart(chart, plan, summarise(chart, plan)),
  ]);
  const axis = drawAxis(plan);
  const merged = view.charts.some((chart) =>
    cutBars(chart, plan)
      .flat()
      .some((piece) => piece.length > 1),
  );
  const note: Tree[] = merged
    ? [["p", { class: "r3-caption" }, "Where slices are too narrow to see, the bar shows each job's share of the CPU."]]
    : [];
  return renderFigure(
    "gantt",
    view.title,
    renderScroll(`${name}: drawing`, ["div", { class: "r3-charts" }, ...drawArrivals(view, plan), ...charts, axis]),
    renderKey(view, plan),
    ...note,
    renderAlternative("Jobs and slices as a table", ["div", {}, renderJobs(view), renderSlices(view)]),
  );
}

/** The pieces of each CPU's bar. */
function cutBars({ slices }: Chart, plan: Plan): Piece[][] {
  return plan.cpus.map((cpu) =>
    mergeNarrow(
      slices.filter((slice) => slice.cpu === cpu),
      plan,
    ),
  );
}

function drawChart(chart: Chart, plan: Plan, description: string): Tree {
  const { jobs, cpus, left, width, rows } = plan;
  const x = placeTime(plan);
  const due = rows ? [] : thinMarks(chart.marks ?? [], plan);
  const content: Tree[] = [];
  let y = due.length > 0 ? markHeight : 1;
  content.push(...due.map((mark) => drawMark(mark, colourOf(jobs.indexOf(mark.id)), x(mark.at), y - 7)));
  for (const [index, pieces] of cutBars(chart, plan).entries()) {
    if (rows || cpus.length > 1) content.push(drawName(nameCpu(cpus[index] ?? 0), left, y + barHeight / 2));
    content.push(["line", { class: "r3-idle", x1: left, x2: x(plan.to), y1: y + barHeight, y2: y + barHeight }]);
    content.push(...pieces.map((piece) => drawPiece(piece, plan, x, y)));
    y += barHeight;
    if (cpus.length === 1) content.push(...drawNumbers(pieces, x, y + 11));
    y += cpus.length === 1 ? numberHeight : gap;
  }
  if (rows) {
    y += gap;
    for (const [index, id] of jobs.entries()) {
      content.push(drawName(id, left, y + rowHeight / 2), drawJob(chart, id, index, plan, x, y + rowHeight / 2));
      y += rowHeight;
    }
  }
  const grid = listTicks(plan.from, plan.to, (x(plan.to) - left) / axisRoom, 1e-3).map((time): Tree => [
    "line",
    { class: "r3-grid", x1: x(time), x2: x(time), y1: 0, y2: y + 2 },
  ]);
  return renderDrawing(width, y + 2, description, ...grid, ...content);
}

const placeTime =
  ({ from, scale, left }: Plan) =>
  (time: number): number =>
    left + (time - from) * scale;

function drawName(name: string, left: number, middle: number): Tree {
  return ["text", { class: "r3-name", x: left - 8, y: middle + 4, "text-anchor": "end" }, name];
}

function drawPiece(piece: Piece, { jobs }: Plan, x: (time: number) => number, y: number): Tree {
  const [{ start, id, why }] = piece;
  const end = (piece.at(-1) ?? piece[0]).end;
  const place = { x: x(start), width: Math.max(x(end) - x(start), 0.5) };
  const span = `from ${formatNumber(start)} to ${formatNumber(end)}`;
  if (piece.length > 1) return drawShares(piece, jobs, place.x, y, place.width, end - start, span);
  if (id === null)
    return ["g", {}, ["title", {}, `Context switch ${span}`], drawSwitch(place.x, y, place.width, barHeight)];
  const fits = widthOf(id) - 2 <= place.width;
  const label: Tree[] = fits
    ? [
        [
          "text",
          { class: "r3-letter", x: place.x + place.width / 2, y: y + barHeight / 2 + 4, "text-anchor": "middle" },
          id,
        ],
      ]
    : [];
  return [
    "g",
    { class: colourOf(jobs.indexOf(id)) },
    ["title", {}, `${id} runs ${span}${why === undefined ? "" : `: ${why}`}`],
    drawBlock(place.x, y, place.width, barHeight),
    ...label,
  ];
}

/** A block with an edge inside its own width, so that neighbours do not overlap; a narrow one is all edge. */
function drawBlock(x: number, y: number, width: number, height: number): Tree {
  return width < 4
    ? ["rect", { class: "r3-narrow", x, y, width, height }]
    : ["rect", { class: "r3-block", x: x + 1, y: y + 0.75, width: width - 2, height: height - 1.5, rx: 1.5 }];
}

/** Many slices in one piece: each job's share of the time as its share of the height, the first job at the bottom. */
function drawShares(
  piece: Piece,
  jobs: readonly string[],
  x: number,
  y: number,
  width: number,
  length: number,
  span: string,
): Tree {
  const shares = [...sumShares(piece)].toSorted(([a], [b]) => jobs.indexOf(a ?? "") - jobs.indexOf(b ?? ""));
  const words = shares.map(([id, time]) => `${id ?? "switching"} ${formatNumber(time)}`).join(", ");
  let top = y + barHeight;
  const drawn = shares.slice(0, 12).map(([id, time]): Tree => {
    const height = Math.min((barHeight * time) / (length || 1), top - y);
    top -= height;
    const kind = id === null ? "r3-switch" : `r3-narrow ${colourOf(jobs.indexOf(id))}`;
    return ["rect", { class: kind, x, y: top, width, height }];
  });
  return ["g", {}, ["title", {}, `${piece.length} slices ${span}: ${words}`], ...drawn];
}

/** The times at which slices begin and end, as textbooks write them under the bar; the last one always has room. */
function drawNumbers(pieces: readonly Piece[], x: (time: number) => number, y: number): Tree[] {
  const end = pieces.at(-1)?.at(-1)?.end;
  const single = pieces.flatMap((piece) => (piece.length === 1 ? [piece[0].start, piece[0].end] : []));
  const times = [...new Set([...single, ...(end === undefined ? [] : [end])])];
  const last = times.at(-1) ?? 0;
  const room = (time: number): number => widthOf(formatNumber(time)) / 2;
  let taken = Number.NEGATIVE_INFINITY;
  return times.flatMap((time): Tree[] => {
    const fits = x(time) - room(time) >= taken && (time === last || x(time) + room(time) <= x(last) - room(last));
    if (!fits) return [];
    taken = x(time) + room(time);
    return [["text", { class: "r3-axis", x: x(time), y, "text-anchor": "middle" }, formatNumber(time)]];
  });
}

/** The arrivals, once above charts that have no rows of jobs; names of jobs that come together stand together, where there is room. */
function drawArrivals({ charts }: Gantt, plan: Plan): Tree[] {
  if (!plan.arrivals) return [];
  const x = placeTime(plan);
  const spans = (charts[0]?.spans ?? []).toSorted((a, b) => a.arrival - b.arrival);
  const arrivals = [...Map.groupBy(spans, ({ arrival }) => arrival)].slice(0, maxArrivals);
  const labels = arrivals.map(([time, together]) => ({ x: x(time) + 4, text: together.map(({ id }) => id).join(" ") }));
  const { places, rows } = placeLabels(labels, plan.width, 3);
  const bottom = nameHeight * rows + 4;
  const drawn = arrivals.flatMap(([time], index): Tree[] => {
    const { text = "" } = labels[index] ?? {};
    const place = places[index];
    // Who comes later stands lower, so that no pole passes through a name.
    const above = place ? nameHeight * (rows - 1 - place.row) : 0;
    const flag = drawArrival(x(time), bottom - 9, `${text} at ${formatNumber(time)}`, 14 + above);
    return place ? [flag, ["text", { class: "r3-letter", x: place.x + 3, y: bottom - 6 - above }, text]] : [flag];
  });
  return [drawHidden(plan.width, bottom, drawn)];
}

/** A drawing whose facts the text alternative of the charts has too. */
function drawHidden(width: number, height: number, content: readonly Tree[]): Tree {
  const w = Math.ceil(width);
  return ["svg", { viewBox: `0 0 ${w} ${height}`, width: w, height, "aria-hidden": "true" }, ...content];
}

function drawAxis(plan: Plan): Tree {
  const { from, to, left, width, unit } = plan;
  const x = placeTime(plan);
  const times = listTicks(from, to, (x(to) - left) / axisRoom, 1e-3);
  const line = `M${round(left)} 1H${round(x(to))}${times.map((time) => `M${round(x(time))} 1v4`).join("")}`;
  return drawHidden(width, 34, [
    ["path", { class: "r3-scale", d: line }],
    ...times.map((time): Tree => [
      "text",
      { class: "r3-axis", x: x(time), y: 17, "text-anchor": "middle" },
      formatNumber(time),
    ]),
    ["text", { class: "r3-axis", x: left, y: 31 }, `time in ${unit}`],
  ]);
}
