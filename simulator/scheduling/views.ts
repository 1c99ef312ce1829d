/** What a cell shows of workload runs: Gantt charts on one time axis, and a table of what they are judged by. */
import type { Job } from "../../schema/workload.ts";
import type { View } from "../../schema/view.ts";
import { foldSlices } from "../folds/slices.ts";
import { foldSpans } from "../folds/spans.ts";
import { runWorkload, type RunOptions, type WorkloadRun } from "./engine.ts";
import { foldMetrics } from "./metrics.ts";
import type { Policy } from "./policy.ts";

type Gantt = Extract<View, { view: "gantt" }>;
type Chart = Gantt["charts"][number];

/** Most rows, charts, slices, spans and marks that one view holds. */
const most = { jobs: 100, charts: 30, slices: 5_000, spans: 1_000, marks: 2_000, rows: 1_000 };

/** The same jobs under each of some policies. */
export const race = (jobs: readonly Job[], policies: readonly Policy[], options: RunOptions = {}): WorkloadRun[] =>
  policies.map((policy) => runWorkload(jobs, policy, options));

/** One chart for each run. Of a run that is too long for a chart it shows the beginning, and says so. */
export function showGantt(
  runs: WorkloadRun | readonly WorkloadRun[],
  { title }: { readonly title?: string } = {},
): Gantt {
  const list = "trace" in runs ? [runs] : runs;
  const names = new Set(list.flatMap(({ jobs }) => jobs.map(({ id }) => String(id))));
  return {
    view: "gantt",
    ...(title === undefined ? {} : { title }),
    unit: "tick",
    jobs: [...names].slice(0, most.jobs),
    charts: list.slice(0, most.charts).map(drawChart),
  };
}

function drawChart({ policy, trace, jobs, limit }: WorkloadRun): Chart {
  const nameOf = (pid: number): string => String(jobs[pid - 1]?.id ?? pid);
  const slices = foldSlices(trace).map(({ start, end, cpu, pid, why }) => {
    const slice = { start, end, cpu, id: pid === null ? null : nameOf(pid) };
    return why === undefined ? slice : Object.assign(slice, { why });
  });
  const spans = foldSpans(trace).map(({ pid, arrival, finish }) => ({ id: nameOf(pid), arrival, finish }));
  const marks = trace.events.flatMap(({ kind, at, pid }): NonNullable<Chart["marks"]> =>
    kind === "miss" || kind === "block" || kind === "wake" ? [{ at, id: nameOf(pid), mark: kind }] : [],
  );
  const captions = [limit === null ? "" : `stopped after ${limit}`];
  if (slices.length > most.slices) captions.push(`the first ${most.slices} of ${slices.length} slices`);
  const caption = captions.filter((part) => part !== "").join("; ");
  return {
    title: policy.slice(0, 200),
    ...(caption === "" ? {} : { caption }),
    slices: slices.slice(0, most.slices),
    spans: spans.slice(0, most.spans),
    ...(marks.length === 0 ? {} : { marks: marks.slice(0, most.marks) }),
  };
}

/** One run: a row for each job and one of means, as textbooks print it. Several: a row for each run; times are averages. */
export function showMetrics(
  runs: WorkloadRun | readonly WorkloadRun[],
  { title }: { readonly title?: string } = {},
): View {
  const list = "trace" in runs ? [runs] : runs;
  const [first, ...others] = list;
  const table = first && others.length === 0 ? tabulateJobs(first) : tabulateRuns(list);
  return { view: "table", ...(title === undefined ? {} : { title }), ...table };
}

type Table = Pick<Extract<View, { view: "table" }>, "columns" | "rows">;

const jobColumns = ["job", "arrival", "CPU", "response", "turnaround", "wait", "finish", "misses"];

/** A periodic job: the CPU time of each of its jobs, and the worst times. */
function tabulateJobs({ trace, jobs, end }: WorkloadRun): Table {
  const { jobs: rows, metrics } = foldMetrics(trace, jobs, end);
  const { averageResponse, averageTurnaround, averageWait, misses } = metrics;
  const columns = misses === undefined ? jobColumns.slice(0, -1) : jobColumns;
  const shown = rows.slice(0, most.rows).map(({ id, response, turnaround, wait, finish, misses: missed }, index) => {
    const { arrival = 0, bursts } = jobs[index] as Job;
    const work = bursts.reduce((sum, ticks, place) => (place % 2 === 0 ? sum + ticks : sum), 0);
    return [String(id), arrival, work, response, turnaround, wait, finish, missed ?? null].slice(0, columns.length);
  });
  const left = rows.length - shown.length;
  const means = [averageResponse, averageTurnaround, averageWait, null, (misses ?? 0) / rows.length];
  const mean = ["mean", null, null, ...means.map((value) => round(value ?? null))].slice(0, columns.length);
  return { columns, rows: [...shown, ...(left === 0 ? [] : [[`… and ${left} more`]]), mean] };
}

/** Of each column: its heading, and the metric. */
const columns = [
  ["response", "averageResponse"],
  ["turnaround", "averageTurnaround"],
  ["wait", "averageWait"],
  ["throughput", "throughput"],
  ["utilisation", "utilisation"],
  ["fairness", "fairness"],
  ["switches", "switches"],
  ["preemptions", "preemptions"],
  ["migrations", "migrations"],
  ["misses", "misses"],
] as const;

/** What no run has is left out. */
function tabulateRuns(runs: readonly WorkloadRun[]): Table {
  const rows = runs.map(({ policy, trace, jobs, end }) => ({ policy, metrics: foldMetrics(trace, jobs, end).metrics }));
  const isOf = (name: string) => rows.some(({ metrics }) => (metrics[name] ?? null) !== null);
  const shown = columns.filter(
    ([, name]) => isOf(name) && (name !== "migrations" || runs.some(({ trace }) => trace.cpus > 1)),
  );
  return {
    columns: ["policy", ...shown.map(([heading]) => heading)],
    rows: rows.map(({ policy, metrics }) => [policy, shown.map(([, name]) => round(metrics[name] ?? null))].flat()),
  };
}

/** Two places after the point are what a reader compares; small shares need three. */
const round = (value: number | null): number | null =>
  value === null ? null : Number(value.toFixed(Math.abs(value) < 1 ? 3 : 2));
