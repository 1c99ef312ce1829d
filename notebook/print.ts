/** Browser-safe. What a cell shows as the text that an expectation is compared with, and that a terminal prints. */
import type { End } from "../schema/cell.ts";
import type { CellError } from "../schema/protocol.ts";
import type { View } from "../schema/view.ts";

/** A view as text: text, values and tables print, the others are for the eye and print nothing. */
export function printView(view: View): string {
  if (view.view === "text") return view.text;
  if (view.view === "value") return `${view.text}\n`;
  return view.view === "table" ? printTable(view) : "";
}

/** All that a `sim` cell shows, in order. */
export const printViews = (views: readonly View[]): string => views.map(printView).join("");

/** Columns two blanks apart; a column that holds only numbers stands to the right. */
function printTable({ columns, rows }: View & { view: "table" }): string {
  const texts = [columns, ...rows.map((row) => row.map((cell) => (cell === null ? "" : String(cell))))];
  const widths = columns.map((_, i) => Math.max(...texts.map((row) => (row[i] ?? "").length)));
  const right = columns.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === "number"));
  const printRow = (row: readonly string[]): string =>
    row
      .map((cell, i) => (right[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  return texts.map((row) => `${printRow(row)}\n`).join("");
}

const causes: Readonly<Record<Exclude<End["cause"], "ended">, string>> = {
  stopped: "[stopped]",
  time: "[time limit]",
  output: "[output limit]",
  memory: "[memory limit]",
  lost: "[lost]",
};

/**
 * How a live program ended, as an expectation's last line states it: null for status 0, else `[exit 1]`, `[SIGPIPE]`, or the limit that
 * stopped it: `[time limit]`, `[output limit]`, `[memory limit]`, `[stopped]`, `[lost]`.
 */
export function printEnd({
  exitStatus,
  termSignal,
  cause,
}: Pick<End, "exitStatus" | "termSignal" | "cause">): string | null {
  if (cause !== "ended") return causes[cause];
  if (termSignal !== null) return `[${termSignal}]`;
  return exitStatus === 0 ? null : `[exit ${exitStatus}]`;
}

/** A failed `sim` cell, in the same place: `[RangeError] the pipe has no reader`. Only the first line of the message. */
export function printError(error: Pick<CellError, "name" | "message"> | null): string | null {
  return error && `[${error.name}] ${error.message.split("\n", 1)[0]}`.trimEnd();
}
