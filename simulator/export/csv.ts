/** A trace as CSV (RFC 4180): one line per event, one column per field, for a spreadsheet or a data frame. */
import type { Trace, TraceEvent } from "../../schema/trace.ts";

/** What every event has, in front; what only some have follows in the order in which it first occurs. */
const common = ["at", "cpu", "pid", "kind"] as const;

export function printCsv({ events }: Trace): string {
  const fields = new Set<string>(common);
  for (const event of events) for (const field of Object.keys(event)) fields.add(field);
  const columns = [...fields];
  const rows = events.map((event) => columns.map((column) => printField(event[column as keyof TraceEvent])).join(","));
  return `${[columns.join(","), ...rows].join("\r\n")}\r\n`;
}

function printField(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = Array.isArray(value) ? value.join(" ") : `${value as string | number}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
