/** What a schedule is judged by, all of it from the trace (Tanenbaum, MOS 2.4.1; OSTEP ch. 7). */
import type { Trace } from "../../schema/trace.ts";
import type { Job, JobMetrics } from "../../schema/workload.ts";
import { foldSlices } from "../folds/slices.ts";
import { foldSpans, type Span } from "../folds/spans.ts";

export interface Metrics {
  readonly jobs: readonly JobMetrics[];
  readonly metrics: Readonly<Record<string, number | null>>;
}

/**
 * The jobs in the order of the list; process n is job number n of it, counted from 1. Times are in ticks, shares from 0 to 1.
 * `end`: when the run was over, if that was later than its last event.
 */
export function foldMetrics(trace: Trace, jobs: readonly Job[], end: number = endOf(trace)): Metrics {
  const spans = foldSpans(trace);
  const misses = new Map<number, number>();
  for (const { kind, pid } of trace.events) if (kind === "miss") misses.set(pid, (misses.get(pid) ?? 0) + 1);
  const byPid = Map.groupBy(spans, ({ pid }) => pid);
  const rows = jobs.map((job, index) => rateJob(job, byPid.get(index + 1) ?? [], misses.get(index + 1) ?? 0));
  return {
    jobs: rows,
    metrics: {
      ...rateMachine(trace, spans, end),
      averageResponse: average(rows.map(({ response }) => response)),
      averageTurnaround: average(rows.map(({ turnaround }) => turnaround)),
      averageWait: average(rows.map(({ wait }) => wait)),
      fairness: measureFairness(spans.map((span) => rateService(span, end))),
      ...countMoves(trace),
      ...rateDeadlines(spans, misses),
    },
  };
}

/** A periodic process: the worst of its jobs. */
function rateJob({ id, period, deadline }: Job, spans: readonly Span[], misses: number): JobMetrics {
  const done = spans.filter(({ finish }) => finish !== null);
  const isDue = period !== undefined || deadline !== undefined;
  return {
    id,
    response: worst(spans.map(({ arrival, start }) => (start === null ? null : start - arrival))),
    turnaround: worst(done.map(measureTurnaround)),
    wait: worst(done.map((span) => measureTurnaround(span) - span.running - span.blocked)),
    finish: done.at(-1)?.finish ?? null,
    ...(isDue ? { misses } : {}),
  };
}

const measureTurnaround = ({ arrival, finish }: Span): number => (finish ?? Infinity) - arrival;

/** `makespan`: when everything is over; `throughput`: jobs done per tick; `utilisation`: the share of it in which a CPU worked for a job. */
function rateMachine(trace: Trace, spans: readonly Span[], makespan: number): Record<string, number | null> {
  const busy = Array.from({ length: trace.cpus }, () => 0);
  let switching = 0;
  for (const { start, end, cpu, pid } of foldSlices(trace)) {
    if (pid === null) switching += end - start;
    else busy[cpu] = (busy[cpu] ?? 0) + end - start;
  }
  const share = (ticks: number, cpus: number) => (makespan === 0 ? null : ticks / (cpus * makespan));
  const done = spans.filter(({ finish }) => finish !== null).length;
  const whole = share(
    busy.reduce((sum, ticks) => sum + ticks, 0),
    trace.cpus,
  );
  return {
    makespan,
    throughput: share(done, 1),
    utilisation: whole,
    ...(trace.cpus > 1 ? Object.fromEntries(busy.map((ticks, cpu) => [`utilisationCpu${cpu}`, share(ticks, 1)])) : {}),
    switchTime: switching,
  };
}

/**
 * `switches`: how often a CPU took another process than it ran last; `preemptions`: how often one was put off a CPU before its burst was over;
 * `migrations`: how often one went on where it had not run last.
 */
function countMoves(trace: Trace): Record<string, number> {
  const onCpu = new Map<number, number>();
  const lastCpu = new Map<number, number>();
  let [switches, preemptions, migrations] = [0, 0, 0];
  // Whoever still runs at the end is put off its CPU by the end alone.
  const end = endOf(trace);
  for (const { kind, at, pid, cpu = 0 } of trace.events) {
    if (kind === "preempt" && at < end) preemptions += 1;
    if (kind !== "run") continue;
    const before = onCpu.get(cpu);
    if (before !== undefined && before !== pid) switches += 1;
    if ((lastCpu.get(pid) ?? cpu) !== cpu) migrations += 1;
    onCpu.set(cpu, pid);
    lastCpu.set(pid, cpu);
  }
  return { switches, preemptions, migrations };
}

/** Laxity: from finish to deadline; below 0: as many ticks too late (tardiness). */
function rateDeadlines(spans: readonly Span[], misses: ReadonlyMap<number, number>): Record<string, number | null> {
  if (spans.every(({ deadline }) => deadline === null)) return {};
  const laxities = spans.flatMap(({ deadline, finish }) =>
    deadline === null || finish === null ? [] : [deadline - finish],
  );
  const [min, max] =
    laxities.length === 0 ? [null, null] : [leastOf(laxities), -leastOf(laxities.map((laxity) => -laxity))];
  return {
    misses: [...misses.values()].reduce((sum, count) => sum + count, 0),
    minLaxity: min,
    maxLaxity: max,
    maxTardiness: min === null ? null : Math.max(0, -min),
  };
}

/** Of the time that a job was there, the share in which it had a CPU. */
function rateService({ arrival, finish, running }: Span, end: number): number {
  const there = (finish ?? end) - arrival;
  return there === 0 ? 1 : running / there;
}

/** Jain's index: 1 where all have the same, 1/n where one has everything (Jain, Chiu and Hawe 1984). */
export function measureFairness(shares: readonly number[]): number | null {
  const sum = shares.reduce((all, share) => all + share, 0);
  const squares = shares.reduce((all, share) => all + share * share, 0);
  return squares === 0 ? null : (sum * sum) / (shares.length * squares);
}

const endOf = (trace: Trace): number => trace.events.at(-1)?.at ?? 0;
const leastOf = (numbers: readonly number[]): number => numbers.reduce((least, one) => Math.min(least, one), Infinity);

function worst(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((most, value) => Math.max(most, value));
}

function average(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
