/**
 * Whether periodic tasks meet their deadlines on one CPU, without running them. A task is a `Job` with one CPU burst, its worst case, and
 * a period; its deadline is the period where none is given. Everything is exact: whole numbers, and BigInt where they multiply.
 */
import type { Job } from "../../schema/workload.ts";
import { checkWhole, WorkloadError } from "./check.ts";
import type { Task, Tick } from "./policy.ts";

interface Demand {
  readonly cost: Tick;
  readonly period: Tick;
  readonly deadline: Tick;
}

/** @throws WorkloadError: a job without a period, with I/O (who suspends itself breaks the analyses), or with times that are no whole numbers. */
function demandOf({ id, bursts, period, deadline = period }: Job): Demand {
  const [cost] = bursts;
  if (period === undefined || deadline === undefined) {
    throw new WorkloadError(`analysis: ${id} has no period; the tests are about periodic jobs`);
  }
  if (cost === undefined || bursts.length !== 1) {
    throw new WorkloadError(`analysis: ${id} must have one CPU burst and no I/O; put its whole cost into one burst`);
  }
  for (const [name, value] of Object.entries({ burst: cost, period, deadline })) {
    checkWhole("analysis", `the ${name} of ${id}`, value, 1);
  }
  return { cost, period, deadline };
}

/** More steps than any set that a person can read needs. */
const stepsMax = 1_000_000;

/** Repeats `next` from `start` until nothing changes. @throws WorkloadError after a million steps. */
function settle(start: Tick, next: (value: Tick) => Tick): Tick {
  let value = start;
  for (let step = 0; step < stepsMax; step++) {
    const following = next(value);
    if (following === value) return value;
    value = following;
  }
  throw tooLong();
}

const tooLong = (): WorkloadError =>
  new WorkloadError(`analysis: no answer after ${stepsMax} steps; choose periods with a shorter hyperperiod`);

const greatestCommonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatestCommonDivisor(b, a % b));
const leastCommonMultiple = (a: bigint, b: bigint): bigint => (a / greatestCommonDivisor(a, b)) * b;
const periodOfAll = (demands: readonly Demand[]): bigint =>
  demands.reduce((all, { period }) => leastCommonMultiple(all, BigInt(period)), 1n);

/** CPU time that the tasks ask for in one hyperperiod. */
const costOfAll = (demands: readonly Demand[]): bigint => {
  const all = periodOfAll(demands);
  return demands.reduce((sum, { cost, period }) => sum + (all / BigInt(period)) * BigInt(cost), 0n);
};

/** CPU time of all jobs that are released from 0 up to, but not at, `length`. */
const demandUpTo = (length: Tick, demands: readonly Demand[]): Tick =>
  demands.reduce((sum, { cost, period }) => sum + Math.ceil(length / period) * cost, 0);

/** After how many ticks the releases repeat: the least common multiple of the periods. Infinity beyond 2^53. */
export function hyperperiod(jobs: readonly Job[]): Tick {
  const all = periodOfAll(jobs.map(demandOf));
  return all <= Number.MAX_SAFE_INTEGER ? Number(all) : Infinity;
}

/** The share of the CPU that the tasks ask for; 1 is all of one CPU. */
export const utilisation = (jobs: readonly Job[]): number =>
  jobs.map(demandOf).reduce((sum, { cost, period }) => sum + cost / period, 0);

/** Whether the tasks ask for no more than `cpus` CPUs have: necessary for every policy. */
export function fits(jobs: readonly Job[], cpus = 1): boolean {
  const demands = jobs.map(demandOf);
  return costOfAll(demands) <= BigInt(cpus) * periodOfAll(demands);
}

/** Up to this utilisation `count` tasks with deadline = period are safe under rate-monotonic: n (2^(1/n) - 1) (Liu and Layland 1973). */
export function liuLaylandBound(count: number): number {
  checkWhole("liuLaylandBound", "the number of tasks", count, 1);
  return count * (2 ** (1 / count) - 1);
}

/** The product of (U + 1) is at most 2: safe under rate-monotonic with deadline = period (Bini, Buttazzo and Buttazzo 2003). */
export function hyperbolicBound(jobs: readonly Job[]): boolean {
  const demands = jobs.map(demandOf);
  const left = demands.reduce((product, { cost, period }) => product * BigInt(cost + period), 1n);
  return left <= demands.reduce((product, { period }) => product * BigInt(period), 2n);
}

/**
 * The response time of each task's first job when all are released together: the smallest R with R = C + sum of ceil(R / T) C over those with
 * better priority (Joseph and Pandya 1986). It is the worst of all its jobs where it is at most the period; null: those with better priority leave no CPU
 * time. Ties go by the order of the list.
 */
export function responseTimes(jobs: readonly Job[], order: "rm" | "dm"): readonly (Tick | null)[] {
  const demands = jobs.map(demandOf);
  const key = order === "rm" ? "period" : "deadline";
  return demands.map((task, index) => {
    const better = demands.filter(
      (other, place) => other[key] < task[key] || (other[key] === task[key] && place < index),
    );
    if (costOfAll(better) >= periodOfAll(better)) return null;
    for (let response = task.cost; ;) {
      const next = better.reduce((sum, { cost, period }) => sum + Math.ceil(response / period) * cost, task.cost);
      if (next === response) return response;
      response = next;
    }
  });
}

/**
 * Whether earliest deadline first meets every deadline: in no interval from 0 to t may the jobs that are released and due in it ask for more than t (Baruah, Rosier and
 * Howell 1990). Exact where all are released together; with other first releases a yes holds, a no may be too strict.
 * `firstFailingInterval` is the shortest such t; null where there is none or where the utilisation alone is too much.
 */
export function edfDemandTest(jobs: readonly Job[]): {
  readonly schedulable: boolean;
  readonly firstFailingInterval: Tick | null;
} {
  const demands = jobs.map(demandOf);
  if (costOfAll(demands) > periodOfAll(demands)) return { schedulable: false, firstFailingInterval: null };
  // As long as the CPU is busy at first when all are released together; the first miss, if any, lies in it.
  const busy = settle(demandUpTo(1, demands), (length) => demandUpTo(length, demands));
  const nextDue = demands.map(({ deadline }) => deadline);
  let demand = 0;
  for (let step = 0; step < stepsMax; step++) {
    const interval = Math.min(...nextDue);
    if (!(interval <= busy)) return { schedulable: true, firstFailingInterval: null };
    for (const [index, { cost, period }] of demands.entries()) {
      if (nextDue[index] !== interval) continue;
      demand += cost;
      nextDue[index] = interval + period;
    }
    if (demand > interval) return { schedulable: false, firstFailingInterval: interval };
  }
  throw tooLong();
}

/** How long a job can still wait and meet its deadline; below 0 it cannot. Null where deadline or length are not known. */
export const laxity = ({ deadline, remaining }: Pick<Task, "deadline" | "remaining">, now: Tick): Tick | null =>
  deadline === null || remaining === null ? null : deadline - now - remaining;
