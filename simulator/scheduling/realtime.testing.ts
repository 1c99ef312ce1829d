/** For tests: the real-time oracle, random task sets, and a model of preemptive real-time scheduling as naive as it can be: tick by tick, every tick decided anew. */
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import type { WorkloadRun } from "./engine.ts";

/** C cost, T period, D relative deadline, O offset. */
export interface TaskParameters {
  readonly C: number;
  readonly T: number;
  readonly D: number;
  readonly O: number;
}

export interface Run {
  readonly worstResponse: readonly (number | null)[];
  readonly missCount: number;
  readonly firstMiss: { task: number; release: number; deadline: number; remaining: number } | null;
  readonly preemptions: number;
  /** From, to, whose; null: idle. A task's next job begins a new slice, even where it follows at once. */
  readonly slices: readonly (readonly [number, number, number | null])[];
}

export interface SimsoRun {
  readonly scheduler: string;
  readonly worstResponse: readonly number[];
  readonly missCount: number;
  readonly jobs: readonly number[];
  readonly preemptions: number;
  readonly migrations: number;
}

interface Case {
  readonly id: string;
  readonly tasks: readonly TaskParameters[];
  readonly horizon: number;
  readonly simso: readonly SimsoRun[];
}

export interface UniprocessorCase extends Case {
  readonly utilisation: number;
  readonly liuLaylandBound: number;
  readonly hyperbolicBoundHolds: boolean;
  readonly hyperperiod: number;
  readonly responseTimeAnalysis: { readonly RM: readonly (number | null)[]; readonly DM: readonly (number | null)[] };
  readonly edfDemandTest: { readonly schedulable: boolean; readonly firstFailingInterval: number | null };
  readonly RM: Run & { readonly schedulable: boolean };
  readonly DM: Run & { readonly schedulable: boolean };
  readonly EDF: Run & { readonly schedulable: boolean };
}

const read = (file: string): { readonly cases: unknown } =>
  JSON.parse(readFileSync(new URL(`../../tests/oracles/realtime/${file}`, import.meta.url), "utf8")) as {
    cases: unknown;
  };

export const uniprocessorCases = read("uniprocessor.json").cases as readonly UniprocessorCase[];
export const multiprocessorCases = read("multiprocessor.json").cases as readonly (Case & { readonly cpus: number })[];

export const jobsOf = (tasks: readonly TaskParameters[], scale = 1): readonly Job[] =>
  tasks.map(({ C, T, D, O }, id) => ({
    id,
    arrival: O * scale,
    bursts: [C * scale],
    period: T * scale,
    deadline: D * scale,
  }));

/** Sets with short hyperperiods; deadlines at most the periods. */
export const taskSets = (limits: { readonly offsets?: boolean; readonly most?: number } = {}) =>
  fc.array(
    fc.constantFrom(4, 5, 6, 8, 10, 12, 15, 20).chain((T) =>
      fc.record({
        C: fc.integer({ min: 1, max: Math.ceil(T / 2) }),
        T: fc.constant(T),
        D: fc.integer({ min: Math.ceil(T / 2), max: T }),
        O: limits.offsets === true ? fc.integer({ min: 0, max: 7 }) : fc.constant(0),
      }),
    ),
    { minLength: 1, maxLength: limits.most ?? 5 },
  );

export type Rule = "RM" | "DM" | "EDF";

interface Release {
  readonly task: number;
  readonly release: number;
  readonly deadline: number;
  left: number;
}

export type NaiveRule = Rule | "EDZL" | "LLF";

/** From 0 up to but not at the horizon, every tick decided anew; a late job goes on; a task's jobs run in turn. */
export function runNaively(
  tasks: readonly TaskParameters[],
  rule: NaiveRule,
  horizon: number,
  { cpus = 1, tie = "running" }: { readonly cpus?: number; readonly tie?: "running" | "id" } = {},
): Run {
  const backlog: Release[] = [];
  const worst = tasks.map((): number | null => null);
  const slices: [number, number, number | null][] = [];
  const misses: Release[] = [];
  let preemptions = 0;
  let running: readonly Release[] = [];
  let shown: Release | undefined;
  const keysOf = (job: Release, now: number): readonly number[] => {
    const { T = 0, D = 0 } = tasks[job.task] ?? {};
    const laxity = job.deadline - now - job.left;
    const isFirst = tie === "running" && running.includes(job) ? 0 : 1;
    const keys = { RM: [T], DM: [D], EDF: [job.deadline], EDZL: [laxity <= 0 ? 0 : 1, job.deadline], LLF: [laxity] }[
      rule
    ];
    return [...keys, isFirst, job.task];
  };
  for (let now = 0; now < horizon; now++) {
    for (const [task, { C, T, D, O }] of tasks.entries()) {
      if (now >= O && (now - O) % T === 0) backlog.push({ task, release: now, deadline: now + D, left: C });
    }
    const heads = tasks.flatMap((_, task) => backlog.find((job) => job.task === task) ?? []);
    const next = heads.toSorted((a, b) => compareInTurn(keysOf(a, now), keysOf(b, now))).slice(0, cpus);
    preemptions += running.filter((job) => job.left > 0 && !next.includes(job)).length;
    running = next;
    const last = slices.at(-1);
    if (last !== undefined && next[0] === shown) last[1] = now + 1;
    else slices.push([now, now + 1, next[0]?.task ?? null]);
    shown = next[0];
    for (const job of running) {
      if (--job.left > 0) continue;
      backlog.splice(backlog.indexOf(job), 1);
      worst[job.task] = Math.max(worst[job.task] ?? 0, now + 1 - job.release);
    }
    if (now + 1 === horizon) break;
    for (const job of backlog) if (job.deadline === now + 1) misses.push({ ...job });
  }
  const [first] = misses.toSorted((a, b) => a.deadline - b.deadline || a.task - b.task);
  return {
    worstResponse: worst,
    missCount: misses.length,
    firstMiss:
      first === undefined
        ? null
        : { task: first.task, release: first.release, deadline: first.deadline, remaining: first.left },
    preemptions,
    slices,
  };
}

function compareInTurn(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((key, index) => key !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** Who was given a CPU or lost it, and why: `2 run P1: P1 has …`. What the end of the run cuts off is left out. */
export const listReasons = ({ trace, jobs, end }: WorkloadRun): readonly string[] =>
  trace.events.flatMap(({ kind, at, pid, why = "" }) =>
    kind === "run" || (kind === "preempt" && at < end) ? [`${at} ${kind} ${jobs[pid - 1]?.id}: ${why}`] : [],
  );

export interface Execution {
  readonly task: number;
  readonly cpu: number;
  readonly from: number;
  readonly to: number;
}

/** One job of a task, as the trace tells it. */
export interface JobRecord {
  readonly task: number;
  readonly release: number;
  readonly deadline: number;
  finish: number | null;
  missed: boolean;
  readonly ran: Execution[];
}

/** What the trace says about each job: when it came, ran, and was done. */
export function listReleases({ trace }: WorkloadRun): readonly JobRecord[] {
  const open = new Map<number, JobRecord[]>();
  const started = new Map<number, { at: number; cpu: number }>();
  const all: JobRecord[] = [];
  for (const event of trace.events) {
    const { pid, at, cpu = 0 } = event;
    const current = open.get(pid)?.[0];
    const task = pid - 1;
    if (event.kind === "release") {
      const release = { task, release: at, deadline: event.deadline, finish: null, missed: false, ran: [] };
      all.push(release);
      open.set(pid, [...(open.get(pid) ?? []), release]);
    } else if (event.kind === "run") started.set(pid, { at, cpu });
    else if (event.kind === "miss") {
      for (const job of all) if (job.task === task && job.deadline === at) job.missed = true;
    } else if (event.kind === "preempt" || event.kind === "complete") {
      const start = started.get(pid);
      if (start !== undefined && start.at < at) current?.ran.push({ task, cpu: start.cpu, from: start.at, to: at });
      if (event.kind === "preempt") started.delete(pid);
      else {
        if (current !== undefined) current.finish = at;
        open.get(pid)?.shift();
        if (start !== undefined) started.set(pid, { at, cpu: start.cpu });
      }
    } else if (event.kind === "block") started.delete(pid);
  }
  return all;
}

/** The run as the oracle writes it, on one CPU. */
export function readRun(run: WorkloadRun): Run {
  const releases = listReleases(run);
  const worst = run.jobs.map((_, task) => {
    const done = releases.flatMap((job) =>
      job.task === task && job.finish !== null ? [job.finish - job.release] : [],
    );
    return done.length === 0 ? null : Math.max(...done);
  });
  const missed = releases.filter((job) => job.missed).toSorted((a, b) => a.deadline - b.deadline || a.task - b.task);
  const [first] = missed;
  const executions = releases.flatMap(({ ran }) => ran).toSorted((a, b) => a.from - b.from);
  const slices: [number, number, number | null][] = [];
  for (const { task, from, to } of [...executions, { task: null, from: run.end, to: run.end }]) {
    const idle = slices.at(-1)?.[1] ?? 0;
    if (idle < from) slices.push([idle, from, null]);
    if (from < to) slices.push([from, to, task]);
  }
  return {
    worstResponse: worst,
    missCount: missed.length,
    firstMiss: first === undefined ? null : firstMissOf(first, run.jobs[first.task]?.bursts[0] ?? 0),
    preemptions: releases.reduce((sum, job) => sum + countPauses(job, run.end), 0),
    slices,
  };
}

function firstMissOf({ task, release, deadline, ran }: JobRecord, cost: number): Run["firstMiss"] {
  const done = ran.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, deadline) - from), 0);
  return { task, release, deadline, remaining: cost - done };
}

/** How often a job that had begun lost its CPU before it was done. */
const countPauses = ({ finish, ran }: JobRecord, end: number): number =>
  ran.filter(({ to }) => to !== finish && to !== end).length;
