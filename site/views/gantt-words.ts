/** A Gantt view in words and tables: what its drawing says to those who do not see it. */
import type { Tree } from "../tree.ts";
import { formatNumber } from "./axis.ts";
import { renderScroll } from "./figure.ts";
import { type Chart, type Gantt, type Mark, type Plan, sumShares } from "./gantt-plan.ts";
import { renderRows, type TableCell } from "./table.ts";

const maxTableRows = 1_000;

/** One sentence per job: how long it runs, in how many slices, and when it is done. */
export function summarise({ title, caption, slices, spans, marks = [] }: Chart, { jobs, unit }: Plan): string {
  const shares = sumShares(slices);
  const each = jobs.map((id) => {
    const time = shares.get(id);
    if (time === undefined) return `${id} does not run.`;
    const count = slices.filter((slice) => slice.id === id).length;
    const finish = spans.filter((span) => span.id === id).reduce<number | null>((_, span) => span.finish, null);
    const misses = marks.filter(({ id: other, mark }) => other === id && mark === "miss").length;
    return (
      [
        `${id} runs for ${formatNumber(time)} ${unit} in ${count} ${count === 1 ? "slice" : "slices"}`,
        ...(finish === null ? [] : [`finishes at ${formatNumber(finish)}`]),
        ...(misses === 0 ? [] : [`misses ${misses} ${misses === 1 ? "deadline" : "deadlines"}`]),
      ].join(", ") + "."
    );
  });
  return [`${title}.`, ...(caption === undefined ? [] : [caption]), ...each].join(" ");
}

/** The jobs of every chart with their times. */
export function renderJobs({ charts }: Gantt): Tree {
  return renderTable(
    "Jobs",
    charts,
    ["job", "arrives", "finishes", "turnaround"],
    charts.map(({ spans }) =>
      spans.map(({ id, arrival, finish }) => [
        id,
        trim(arrival),
        finish === null ? null : trim(finish),
        finish === null ? null : trim(finish - arrival),
      ]),
    ),
  );
}

const markWords: Readonly<Record<Mark["mark"], string>> = {
  miss: "misses its deadline",
  block: "blocks",
  wake: "wakes",
  deadline: "is due",
};

/** The slices and marks of every chart in the order of their times, each slice with its reason. */
export function renderSlices({ charts }: Gantt): Tree {
  return renderTable(
    "Slices",
    charts,
    ["from", "to", "CPU", "job", "what", "why"],
    charts.map(({ slices, marks = [] }) =>
      [
        ...slices.map(({ start, end, cpu, id, why = "" }) => [
          trim(start),
          trim(end),
          cpu,
          id ?? "–",
          id === null ? "context switch" : "runs",
          why,
        ]),
        ...marks.map(({ at, id, mark }) => [trim(at), null, null, id, markWords[mark], ""]),
      ].toSorted((a, b) => Number(a[0]) - Number(b[0])),
    ),
  );
}

const trim = (time: number): number => Number(formatNumber(time));

/** Rows of all charts in one table, whose first column says the chart where there are several. */
function renderTable(
  label: string,
  charts: Gantt["charts"],
  columns: readonly string[],
  rows: readonly (readonly TableCell[])[][],
): Tree {
  const several = charts.length > 1;
  const all = rows.flatMap((each, index) => each.map((row) => (several ? [charts[index]?.title ?? "", ...row] : row)));
  const table = renderRows(several ? ["chart", ...columns] : columns, all.slice(0, maxTableRows));
  const left = all.length - maxTableRows;
  const rest: Tree[] = left > 0 ? [["p", { class: "r3-caption" }, `${left} more rows are not listed.`]] : [];
  return ["div", {}, renderScroll(label, table), ...rest];
}
