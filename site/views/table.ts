import type { Tree } from "../tree.ts";
import { renderFigure, renderScroll } from "./figure.ts";
import type { ViewOf } from "./kinds.ts";

export type TableCell = string | number | boolean | null;

/** Columns and rows as an HTML table; numbers stand to the right. */
export function renderRows(columns: readonly string[], rows: readonly (readonly TableCell[])[]): Tree {
  return [
    "table",
    {},
    [
      "thead",
      {},
      [
        "tr",
        {},
        ...columns.map((column, index): Tree => ["th", { scope: "col", class: classOf(rows[0]?.[index]) }, column]),
      ],
    ],
    ["tbody", {}, ...rows.map((row): Tree => ["tr", {}, ...row.map(renderCell)])],
  ];
}

export function renderTable({ title, columns, rows }: ViewOf<"table">): Tree {
  return renderFigure("table", title, renderScroll(title ?? "Table", renderRows(columns, rows)));
}

function renderCell(value: TableCell): Tree {
  return ["td", { class: classOf(value) }, value === null ? "" : String(value)];
}

const classOf = (value: TableCell | undefined): string | undefined =>
  typeof value === "number" ? "r3-number" : undefined;
