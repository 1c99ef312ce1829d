/** The small shapes of a Gantt view: a job's life in its row, marks, context switches, and the key that names what occurs. */
import { round, type Tree } from "../tree.ts";
import { formatNumber } from "./axis.ts";
import { type Chart, type Gantt, isDue, type Mark, mergeNarrow, type Plan } from "./gantt-plan.ts";
import { colourOf, widthOf } from "./labels.ts";

const runHeight = 12;
const markWidth = 8;

/** A context switch: hatched, and dark where it is too narrow for that. */
export function drawSwitch(x: number, y: number, width: number, height: number): Tree {
  if (width < 3) return ["rect", { class: "r3-switch", x, y, width, height }];
  const strokes: string[] = [];
  for (let k = 4; k < width + height && strokes.length < 100; k += 4)
    strokes.push(
      `M${round(x + Math.max(0, k - height))} ${round(y + Math.min(k, height))}L${round(x + Math.min(k, width))} ${round(y + Math.max(0, k - width))}`,
    );
  return [
    "path",
    { class: "r3-hatch", d: `M${round(x)} ${y}h${round(width)}v${height}h${round(-width)}z${strokes.join("")}` },
  ];
}

/** A job from its arrivals to its finishes: it waits (thin line), is blocked (dashes) or runs (block). */
export function drawJob(
  chart: Chart,
  id: string,
  index: number,
  plan: Plan,
  x: (time: number) => number,
  y: number,
): Tree {
  const marks = (chart.marks ?? []).filter((mark) => mark.id === id);
  const spans = chart.spans.filter((span) => span.id === id);
  const slices = chart.slices.filter((slice) => slice.id === id);
  const line = (kind: string, from: number, to: number): Tree => [
    "line",
    { class: kind, x1: x(from), x2: x(to), y1: y, y2: y },
  ];
  const blocked = pairBlocks(marks, plan.to);
  const life = spans.flatMap(({ arrival, finish }): Tree[] => {
    const end = finish ?? plan.to;
    const edges = [arrival];
    for (const [from, to] of blocked) if (from >= arrival && from < end) edges.push(from, Math.min(to, end));
    edges.push(end);
    return edges.slice(1).flatMap((to, nth) => {
      const from = edges[nth] ?? to;
      return to > from ? [line(nth % 2 === 0 ? "r3-wait" : "r3-blocked", from, to)] : [];
    });
  });
  const arrivals = spans.map(({ arrival }) => drawArrival(x(arrival), y, `${id} arrives at ${formatNumber(arrival)}`));
  const finishes = spans.flatMap(({ finish }) =>
    finish === null ? [] : [drawFinish(x(finish), y, `${id} finishes at ${formatNumber(finish)}`)],
  );
  const runs = mergeNarrow(slices, plan).map((piece): Tree => {
    const [from, to] = [piece[0].start, (piece.at(-1) ?? piece[0]).end];
    const time = piece.reduce((sum, slice) => sum + slice.end - slice.start, 0);
    const height = Math.min(Math.max((runHeight * time) / (to - from || 1), 2), runHeight);
    const why = piece[0].why === undefined || piece.length > 1 ? "" : `: ${piece[0].why}`;
    return [
      "g",
      {},
      ["title", {}, `${id} runs from ${formatNumber(from)} to ${formatNumber(to)}${why}`],
      [
        "rect",
        {
          class: "r3-run",
          x: x(from),
          y: y + runHeight / 2 - height,
          width: Math.max(x(to) - x(from), 0.75),
          height,
        },
      ],
    ];
  });
  const due = thinMarks(marks, plan).map((mark) => drawMark(mark, null, x(mark.at), y - 7));
  return ["g", { class: colourOf(index) }, ...life, ...runs, ...arrivals, ...finishes, ...due];
}

/** From each `block` to the `wake` that follows it, or to the end. */
function pairBlocks(marks: readonly Mark[], end: number): (readonly [from: number, to: number])[] {
  const pairs: [number, number][] = [];
  for (const { at, mark } of marks.toSorted((a, b) => a.at - b.at)) {
    if (mark === "block") pairs.push([at, end]);
    const last = pairs.at(-1);
    if (mark === "wake" && last?.[1] === end) last[1] = at;
  }
  return pairs;
}

/** A flag on a pole that stands 7 below `y`. */
export const drawArrival = (x: number, y: number, words: string, height = 14): Tree => [
  "g",
  {},
  ["title", {}, words],
  ["path", { class: "r3-arrival", d: `M${round(x)} ${y + 7}v${-height}l5 3l-5 3` }],
];
const drawFinish = (x: number, y: number, words: string): Tree => [
  "g",
  {},
  ["title", {}, words],
  ["path", { class: "r3-finish", d: `M${round(x)} ${y - 7}v14` }],
];

/** Deadlines and misses as far as they can be seen: of one job, no two of a kind in the same few pixels. */
export function thinMarks(marks: readonly Mark[], { scale, maxMarks }: Plan): Mark[] {
  const last = new Map<string, number>();
  const seen = marks.filter(({ at, id, mark }) => {
    const key = `${mark} ${id}`;
    if (!isDue(mark) || (at - (last.get(key) ?? Number.NEGATIVE_INFINITY)) * scale < markWidth) return false;
    last.set(key, at);
    return true;
  });
  return seen.slice(0, maxMarks);
}

/** A deadline points down, a missed one is crossed out. `colour`: that of its job, whose name then stands beside it. */
export function drawMark({ at, id, mark }: Mark, colour: string | null, x: number, y: number): Tree {
  const words = `${id} ${mark === "miss" ? "misses its deadline" : "is due"} at ${formatNumber(at)}`;
  const name: Tree[] =
    colour === null ? [] : [["text", { class: mark === "miss" ? "r3-failed" : "r3-axis", x: x + 5, y: y + 4 }, id]];
  return [
    "g",
    { class: `r3-${mark} ${colour ?? ""}`.trim() },
    ["title", {}, words],
    [
      "path",
      {
        class: "r3-shape",
        d: mark === "miss" ? `M${round(x - 4)} ${y - 4}l8 8m0 -8l-8 8` : `M${round(x - 4)} ${y - 4}h8l-4 7z`,
      },
    ],
    ...name,
  ];
}

/** The shapes that occur, each with its word beside it; and the jobs, where one has no block with room for its name. */
export function renderKey({ charts }: Gantt, { jobs, rows, arrivals, scale }: Plan): Tree {
  const marks = new Set(charts.flatMap(({ marks }) => (marks ?? []).map(({ mark }) => mark)));
  const sample = (shape: Tree, word: string): Tree => [
    "span",
    {},
    ["svg", { viewBox: "0 0 26 16", width: 26, height: 16, "aria-hidden": "true" }, shape],
    ` ${word} `,
  ];
  const mark = (mark: Mark["mark"]): Tree => drawMark({ at: 0, id: "", mark }, null, 13, 8);
  const line = (kind: string): Tree => ["line", { class: kind, x1: 1, x2: 25, y1: 8, y2: 8 }];
  const lives: Tree[] = rows
    ? [
        sample(line("r3-wait"), "waits"),
        ...(marks.has("block") ? [sample(line("r3-blocked"), "blocked")] : []),
        sample(["rect", { class: "r3-run", x: 1, y: 2, width: 24, height: runHeight }], "runs"),
        sample(drawFinish(13, 8, "finish"), "finishes"),
      ]
    : [];
  const unnamed = jobs.some((id) =>
    charts.some(({ slices }) => {
      const own = slices.filter((slice) => slice.id === id);
      return own.length > 0 && own.every(({ start, end }) => (end - start) * scale < widthOf(id) - 2);
    }),
  );
  const names: Tree[] =
    unnamed && !rows
      ? jobs.map((id, index) =>
          sample(["rect", { class: `r3-block ${colourOf(index)}`, x: 5, y: 2, width: 16, height: 12 }], id),
        )
      : [];
  return [
    "p",
    { class: "r3-key" },
    ...names,
    ...(rows || arrivals ? [sample(drawArrival(10, 8, "arrival"), "arrives")] : []),
    ...lives,
    ...(marks.has("deadline") ? [sample(mark("deadline"), "deadline")] : []),
    ...(marks.has("miss") ? [sample(mark("miss"), "deadline missed")] : []),
    ...(charts.some(({ slices }) => slices.some(({ id }) => id === null))
      ? [sample(drawSwitch(7, 1, 12, 14), "context switch")]
      : []),
  ];
}
