/** A Gantt view in a terminal: for each chart a bar per CPU, for a single chart also a row per job, and time below. */
import type { View } from "../schema/view.ts";

type Gantt = Extract<View, { view: "gantt" }>;
type Chart = Gantt["charts"][number];
type Slice = Chart["slices"][number];

export interface GanttOptions {
  /** Columns that a line may have; at least 12. */
  readonly width: number;
  /** Colours and lines, for a terminal; without them plain ASCII. */
  readonly colour: boolean;
}

const leastWidth = 12;
/** Columns that one tick gets in a short run. */
const maxColumns = 4;
/** Most jobs that have rows of their own below the CPUs, and longest name of a row. */
const maxRows = 30;
const maxName = 12;
/** For jobs whose names have more than one character. */
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** Of the 256 colours of terminals: light ones that hardly anybody confuses, under black letters. */
const colours = [75, 214, 79, 176, 227, 159, 183, 210] as const;

/** What a column shows: who has the CPU, or `switching`, or nobody; in the row of a job also that it waits or is blocked. */
type Cell = { readonly id: string } | "switching" | "idle" | "waiting" | "blocked";
const plainCells = { switching: "/", idle: " ", waiting: ".", blocked: "-" } as const;

/** A unit of time gets `columns` columns, or `ticks` of them share one: one of the two is 1. */
interface Scale {
  readonly from: number;
  readonly columns: number;
  readonly ticks: number;
  /** Columns of the whole chart. */
  readonly length: number;
}

/** How cells become text: their letters, and for a terminal their colours. */
interface Pen {
  readonly letterOf: ReadonlyMap<string, string>;
  readonly colourOf: ((id: string) => number) | null;
}

/**
 * A Gantt view as lines of text. In a bar each job has as many letters as it has CPU time; where several ticks share a column, as nearly
 * as that can be, and a line says the scale. `/` is a context switch, `.` a job that waits, `-` one that is blocked.
 * @throws RangeError: fewer than 12 columns.
 */
export function printGantt({ jobs: named, charts, unit }: Gantt, { width, colour }: GanttOptions): string {
  if (!(width >= leastWidth)) throw new RangeError(`printGantt: a chart needs ${leastWidth} columns, not ${width}`);
  const slices = charts.flatMap((chart) => chart.slices);
  const jobs = [...new Set([...named, ...slices.flatMap(({ id }) => (id === null ? [] : [id]))])];
  const cpus = [...new Set(slices.map(({ cpu }) => cpu))].toSorted((a, b) => a - b);
  const rows = charts.length === 1 && jobs.length <= maxRows ? jobs : [];
  const cutName = (name: string): string => name.slice(0, Math.min(maxName, Math.floor(width / 3)));
  const left = Math.max(0, ...[...cpus.map(nameCpu), ...rows].map((name) => cutName(name).length));
  const scale = chooseScale(slices, width - left - 3);
  const pen: Pen = {
    letterOf: chooseLetters(jobs),
    colourOf: colour ? (id) => colours[jobs.indexOf(id) % colours.length] ?? 0 : null,
  };
  const wall = colour ? "│" : "|";
  const printRow = (name: string, cells: readonly Cell[]): string =>
    `${cutName(name).padStart(left)} ${wall}${printCells(cells, pen)}${wall}`;

  const printed = charts.flatMap((chart) => [
    ...wrap([chart.title, chart.caption].filter(Boolean).join(": ").split(" "), " ", width),
    ...cpus.map((cpu) =>
      printRow(
        nameCpu(cpu),
        fillCells(
          chart.slices.filter((slice) => slice.cpu === cpu),
          scale,
        ),
      ),
    ),
    ...rows.map((id) => printRow(id, fillRow(chart, id, scale))),
  ]);
  const key =
    rows.length > 0
      ? []
      : jobs.filter((id) => pen.letterOf.get(id) !== id).map((id) => `${pen.letterOf.get(id)} ${id}`);
  const lines = [...printed, ...printAxis(scale, left, unit, colour, width), ...wrap(key, "  ", width)];
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

const nameCpu = (cpu: number): string => `CPU ${cpu}`;

/** Words in lines of at most `width` characters; a longer word is cut. */
function wrap(words: readonly string[], space: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + space.length + word.length <= width)
      lines[lines.length - 1] = last + space + word;
    else lines.push(word.slice(0, width));
  }
  return lines;
}

function chooseScale(slices: readonly Slice[], room: number): Scale {
  const start = slices.reduce((least, { start }) => Math.min(least, start), slices[0]?.start ?? 0);
  const end = slices.reduce((most, { end }) => Math.max(most, end), start);
  // As on paper, time begins at 0, unless that would press all the rest together.
  const from = start > 0 && start <= end - start ? 0 : start;
  const time = Math.max(end - from, 1);
  const columns = Math.max(1, Math.min(maxColumns, Math.floor(room / time)));
  const ticks = Math.ceil(time / room);
  return { from, columns, ticks, length: Math.ceil((time * columns) / ticks) };
}

/** The name itself where it is one character, else its last one where those differ (P1, P2, …), else a letter. */
function chooseLetters(jobs: readonly string[]): Map<string, string> {
  const last = jobs.map((id) => id.slice(-1));
  const differ = new Set(last).size === jobs.length && last.every((one) => /^[\w]$/.test(one));
  return new Map(
    jobs.map((id, index) => [id, differ ? (last[index] ?? "?") : (letters[index % letters.length] ?? "?")]),
  );
}

/** The text of each column; neighbours of one job are painted together. */
function printCells(cells: readonly Cell[], { letterOf, colourOf }: Pen): string {
  let printed = "";
  let last: string | null = null;
  for (const cell of cells) {
    const id = typeof cell === "string" ? null : cell.id;
    if (colourOf && id !== last) printed += id === null ? "\u001B[0m" : `\u001B[30;48;5;${colourOf(id)}m`;
    printed += typeof cell === "string" ? plainCells[cell] : (letterOf.get(cell.id) ?? "?");
    last = id;
  }
  return colourOf && last !== null ? `${printed}\u001B[0m` : printed;
}

/** Who has each column. Of several in one column it goes to the one to whom the columns so far owe most. */
function fillCells(slices: readonly Slice[], { from, columns, ticks, length }: Scale): Cell[] {
  const cellOf = new Map<string | null, Cell>([[null, "switching"]]);
  const shares = Array.from({ length }, () => new Map<Cell, number>());
  for (const { start, end, id } of slices) {
    const cell = cellOf.get(id) ?? { id: id ?? "" };
    cellOf.set(id, cell);
    const [first, last] = [((start - from) * columns) / ticks, ((end - from) * columns) / ticks];
    for (const [nth, share] of shares.slice(Math.floor(first), Math.ceil(last)).entries()) {
      const column = Math.floor(first) + nth;
      share.set(cell, (share.get(cell) ?? 0) + Math.min(last, column + 1) - Math.max(first, column));
    }
  }
  const owed = new Map<Cell, number>();
  return shares.map((share) => {
    const taken = [...share.values()].reduce((sum, one) => sum + one, 0);
    if (taken < 1) share.set("idle", 1 - taken);
    for (const [cell, part] of share) owed.set(cell, (owed.get(cell) ?? 0) + part);
    const most = [...share.keys()].reduce((a, b) => ((owed.get(b) ?? 0) > (owed.get(a) ?? 0) ? b : a));
    owed.set(most, (owed.get(most) ?? 0) - 1);
    return most;
  });
}

/** The row of a job: where it runs, waits or is blocked. */
function fillRow({ slices, spans, marks = [] }: Chart, id: string, scale: Scale): Cell[] {
  const { from, columns, ticks } = scale;
  const place = (time: number): number => ((time - from) * columns) / ticks - 0.5;
  const lives = spans.filter((span) => span.id === id);
  const blocks = marks.filter((mark) => mark.id === id && (mark.mark === "block" || mark.mark === "wake"));
  const cells = fillCells(
    slices.filter((slice) => slice.id === id),
    scale,
  );
  return cells.map((cell, column): Cell => {
    const there = lives.some(
      ({ arrival, finish }) => column >= place(arrival) && (finish === null || column < place(finish)),
    );
    if (cell !== "idle" || !there) return cell;
    return blocks.findLast(({ at }) => place(at) <= column)?.mark === "block" ? "blocked" : "waiting";
  });
}

/** A line with a mark at each round time, the times below, and the scale where it is not plain. */
function printAxis(
  { from, columns, ticks, length }: Scale,
  left: number,
  unit: string,
  colour: boolean,
  width: number,
): string[] {
  const end = from + (length * ticks) / columns;
  const room = String(Math.ceil(end)).length + 2;
  const least = (room * ticks) / columns;
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least)));
  const step = [1, 2, 5].map((factor) => factor * power).find((one) => one >= least) ?? 10 * power;
  const [dash, tick] = colour ? ["─", "┴"] : ["-", "+"];
  const line = Array.from({ length: length + 1 }, () => dash);
  let numbers = "";
  for (let time = Math.ceil(from / step) * step; time <= end; time += step) {
    const column = Math.round(((time - from) * columns) / ticks);
    line[column] = tick;
    if (column + String(time).length <= length + 1) numbers = numbers.padEnd(column) + String(time);
  }
  const indent = " ".repeat(left + 2);
  const scale = ticks === 1 ? [] : wrap([`One column is ${ticks} ${unit === "tick" ? "ticks" : unit}.`], " ", width);
  return [...[line.join(""), numbers].map((text) => indent + text), ...scale];
}
