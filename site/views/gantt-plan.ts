/** What a Gantt view will draw: one scale for all its charts, its jobs in order, and no more pieces than can be seen. */
import type { ViewOf } from "./kinds.ts";
import { widthOf } from "./labels.ts";

export type Gantt = ViewOf<"gantt">;
export type Chart = Gantt["charts"][number];
export type Slice = Chart["slices"][number];
export type Mark = NonNullable<Chart["marks"]>[number];

/** A stretch of a row: one slice, or several in a row that are too narrow to be drawn one by one. */
export type Piece = readonly [Slice, ...Slice[]];

export interface Plan {
  /** The unit of time in the plural. */
  readonly unit: string;
  readonly jobs: readonly string[];
  readonly cpus: readonly number[];
  readonly from: number;
  readonly to: number;
  /** Pixels per unit of time. */
  readonly scale: number;
  /** Where time begins, in pixels: to the left stand the names of rows. */
  readonly left: number;
  readonly width: number;
  /** Whether each job has a row of its own below the CPUs. */
  readonly rows: boolean;
  /** Whether the arrivals stand above the charts: they have no rows of jobs, and not everybody is there from the beginning. */
  readonly arrivals: boolean;
  /** Slices that are narrower than this, in pixels, share a piece. */
  readonly least: number;
  /** Most marks that a row or a bar shows. */
  readonly maxMarks: number;
}

/** Drawing widths in CSS pixels: what the column of text shows at once, and where a chart of many slices stops growing. */
const comfortableWidth = 516;
const maxWidth = 1_600;
const maxScale = 48;
/** What a slice of middle length should get: room for a letter. */
const typicalWidth = 14;
const margin = 16;
/** Most slices, and most marks, that are drawn one by one; and most rows of jobs. */
const maxPieces = 3_000;
const maxJobRows = 24;

export function planGantt({ jobs: named, charts, unit }: Gantt): Plan {
  const slices = charts.flatMap((chart) => chart.slices);
  const spans = charts.flatMap((chart) => chart.spans);
  const marks = charts.flatMap((chart) => chart.marks ?? []);
  const ids = [...slices, ...spans, ...marks].map(({ id }) => id).filter((id) => id !== null);
  const jobs = [...new Set([...named, ...ids])];
  const cpus = [...new Set(slices.map(({ cpu }) => cpu))].toSorted((a, b) => a - b);

  const starts = [...slices.map(({ start }) => start), ...spans.map(({ arrival }) => arrival)];
  const ends = [
    ...slices.map(({ end }) => end),
    ...spans.map(({ finish }) => finish ?? 0),
    ...marks.map(({ at }) => at),
  ];
  const to = ends.reduce((a, b) => Math.max(a, b), starts[0] ?? 0);
  const first = starts.reduce((a, b) => Math.min(a, b), to);
  // Time begins at 0 unless that would press all the rest together.
  const from = first > 0 && first <= to - first ? 0 : first;

  const rows =
    jobs.length <= maxJobRows && (charts.length === 1 || (charts.length <= 3 && marks.some(({ mark }) => isDue(mark))));
  const names = [...(rows ? jobs : []), ...(cpus.length > 1 || rows ? cpus.map(nameCpu) : [])];
  const left = Math.max(margin, ...names.map((name) => widthOf(name) + 4));

  const lengths = slices.map(({ start, end }) => end - start).toSorted((a, b) => a - b);
  const typical = lengths[Math.floor(lengths.length / 2)] || 1;
  const length = to - from || 1;
  const wanted = Math.max(comfortableWidth - left - margin, Math.min(maxWidth, (length * typicalWidth) / typical));
  const scale = Math.min(wanted / length, maxScale);
  const least = slices.length <= maxPieces ? 1 : Math.max(1, (charts.length * length * scale) / maxPieces);
  return {
    unit: unit === "tick" ? "ticks" : unit,
    jobs,
    cpus,
    from,
    to,
    scale,
    left,
    width: left + length * scale + margin,
    rows,
    arrivals: !rows && spans.some(({ arrival }) => arrival > from),
    least,
    maxMarks: Math.ceil(maxPieces / (charts.length * (rows ? jobs.length : 1))),
  };
}

export const nameCpu = (cpu: number): string => `CPU ${cpu}`;
export const isDue = (mark: Mark["mark"]): boolean => mark === "miss" || mark === "deadline";

/** The slices of one row, in order, as pieces: neighbours that are too narrow are put together, up to a width at which shares can be seen. */
export function mergeNarrow(
  slices: readonly Slice[],
  { least: leastWidth, scale }: Pick<Plan, "least" | "scale">,
): Piece[] {
  const least = leastWidth / scale;
  const stretch = Math.max(24, 2 * leastWidth) / scale;
  const pieces: [Slice, ...Slice[]][] = [];
  for (const slice of slices.toSorted((a, b) => a.start - b.start)) {
    const piece = pieces.at(-1);
    const last = piece?.at(-1);
    const narrow = (one: Slice): boolean => one.end - one.start < least;
    const joins =
      piece !== undefined &&
      last !== undefined &&
      narrow(slice) &&
      narrow(last) &&
      slice.start - last.end < least &&
      slice.end - piece[0].start <= stretch;
    if (joins) piece.push(slice);
    else pieces.push([slice]);
  }
  return pieces;
}

/** How long each job (null: switching) has the CPU in some slices, in the order of first appearance. */
export function sumShares(slices: readonly Slice[]): Map<string | null, number> {
  const shares = new Map<string | null, number>();
  for (const { id, start, end } of slices) shares.set(id, (shares.get(id) ?? 0) + end - start);
  return shares;
}
