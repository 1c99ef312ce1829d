/** For tests: one CPU, one tick after the other, as naive as it can be. A policy must do the same under it as under the engine. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import { runWorkload } from "./engine.ts";
import { sayReason, type Policy, type Task, type Tick } from "./policy.ts";

/** From, to, whose, and where the policy had it: one for each time that the policy chose. */
export type Turn = readonly [start: Tick, end: Tick, id: Job["id"], place: string | null];

interface Worker {
  readonly job: Job;
  readonly task: { -readonly [Field in keyof Task]: Task[Field] };
  burst: number;
  wakes: Tick;
  state: "new" | "ready" | "running" | "blocked" | "ended";
}

interface Options {
  readonly arrivalAtQuantumEnd?: "first" | "last";
  readonly most?: Tick;
}

export function runTicks<Queue>(
  jobs: readonly Job[],
  policy: Policy<Queue>,
  { arrivalAtQuantumEnd, most = 20_000 }: Options = {},
): Turn[] {
  const order = arrivalAtQuantumEnd ?? policy.arrivalAtQuantumEnd ?? "first";
  const workers = jobs.map((job, index): Worker => {
    const {
      id,
      arrival = 0,
      priority = policy.defaultPriority ?? 0,
      nice = 0,
      tickets = 100,
      user = "user",
      slice = null,
      size = 1,
    } = job;
    const name = typeof id === "number" ? `P${id}` : id;
    const burst = job.bursts[0] ?? 0;
    const none = { period: null, relativeDeadline: null, deadline: null, cpu: null };
    const task = {
      pid: index + 1,
      name,
      arrival,
      ready: arrival,
      used: 0,
      burst,
      remaining: burst,
      priority,
      nice,
      tickets,
      user,
      slice,
      size,
      ...none,
    };
    return { job, task, burst: 0, wakes: arrival, state: "new" };
  });
  const turns: Turn[] = [];
  /** Those that have been blocked, in the order of their blocking. */
  let waiting: Worker[] = [];
  let queue = policy.init();
  let running: {
    readonly worker: Worker;
    readonly start: Tick;
    readonly quantum: Tick;
    readonly place: string | null;
  } | null = null;
  let reviewAt: Tick | null = null;

  const admit = (worker: Worker, why: Parameters<Policy["admit"]>[2], now: Tick) => {
    worker.state = "ready";
    queue = policy.admit(queue, worker.task, why, now);
  };
  const stop = (now: Tick): Worker => {
    if (!running) throw new Error("nobody runs");
    const { worker, start, place } = running;
    if (now > start) turns.push([start, now, worker.job.id, place]);
    running = null;
    return worker;
  };
  const expire = (now: Tick) => {
    if (running && now - running.start >= running.quantum) admit(stop(now), "quantum", now);
  };

  for (let now = 0; now <= most; now += 1) {
    if (running) {
      const { task } = running.worker;
      task.used += 1;
      task.remaining = (task.remaining ?? 0) - 1;
      if (policy.charge) queue = policy.charge(queue, task, 1, now);
      if (task.remaining === 0) {
        const worker = stop(now);
        worker.burst += 2;
        worker.state = worker.burst < worker.job.bursts.length ? "blocked" : "ended";
        if (policy.release) queue = policy.release(queue, task, worker.state, now);
        worker.wakes = now + (worker.job.bursts[worker.burst - 1] ?? 0);
        if (worker.state === "blocked") waiting.push(worker);
      }
    }
    if (order === "last") expire(now);
    const come: Worker[] = [];
    if (policy.review && reviewAt === now) {
      const reviewed = policy.review(queue, running ? [running.worker.task] : [], now);
      queue = reviewed.queue;
      if (reviewed.challengers) come.push(...reviewed.challengers.map(({ pid }) => workers[pid - 1] as Worker));
      else if (running) admit(stop(now), "preempted", now);
    }
    for (const worker of [...workers.filter(({ state }) => state === "new"), ...waiting]) {
      if (worker.wakes !== now) continue;
      const why = worker.state === "new" ? "new" : "woken";
      waiting = waiting.filter((other) => other !== worker);
      worker.task.burst = worker.task.remaining = worker.job.bursts[worker.burst] ?? 0;
      worker.task.ready = now;
      admit(worker, why, now);
      come.push(worker);
    }
    if (order === "first") expire(now);
    for (const worker of come) {
      if (!running) break;
      const why = policy.preempts?.(queue, running.worker.task, worker.task, now) ?? null;
      if (why === null) continue;
      if (sayReason(why).length < 10) throw new Error(`a reason is a sentence, not ${sayReason(why)}`);
      admit(stop(now), "preempted", now);
      break;
    }
    if (!running) {
      const pick = policy.pick(queue, { cpu: 0, now, allows: () => true });
      if (pick) {
        const worker = workers[pick.task.pid - 1];
        if (worker?.state !== "ready")
          throw new Error(`${policy.name} has picked ${pick.task.name}, which is not ready`);
        if (!(pick.quantum >= 1)) throw new Error(`a quantum is at least a tick, not ${pick.quantum}`);
        if (sayReason(pick.why).length < 10) throw new Error(`a reason is a sentence, not ${sayReason(pick.why)}`);
        queue = pick.queue;
        worker.state = "running";
        running = { worker, start: now, quantum: pick.quantum, place: policy.place?.(queue, pick.task) ?? null };
      }
    }
    reviewAt = policy.reviewAt?.(queue, running ? [running.worker.task] : [], now) ?? null;
    if (reviewAt !== null && reviewAt <= now)
      throw new Error(`${policy.name} asks at ${now} for a review at ${reviewAt}`);
    if (workers.every(({ state }) => state === "ended")) return turns;
  }
  throw new Error(`${policy.name} has lost somebody: after ${most} ticks not all have ended`);
}

/** Turns of one job that follow upon each other as one. */
export function mergeTurns(turns: readonly Turn[]): [Tick, Tick, Job["id"]][] {
  const merged: [Tick, Tick, Job["id"]][] = [];
  for (const [start, end, id] of turns) {
    const last = merged.at(-1);
    if (last?.[2] === id && last[1] === start) last[1] = end;
    else merged.push([start, end, id]);
  }
  return merged;
}

/** The same from the engine's trace. */
export function runEngine<Queue>(
  jobs: readonly Job[],
  policy: Policy<Queue>,
  { arrivalAtQuantumEnd }: Options = {},
): [Tick, Tick, Job["id"]][] {
  const order = arrivalAtQuantumEnd ?? policy.arrivalAtQuantumEnd ?? "first";
  const { trace, limit } = runWorkload(jobs, policy, { arrivalAtQuantumEnd: order });
  if (limit !== null) throw new Error(`the engine stopped: ${limit}`);
  const turns: Turn[] = [];
  let start = 0;
  for (const { kind, at, pid } of trace.events) {
    const id = jobs[pid - 1]?.id ?? "";
    if (kind === "run") start = at;
    else if ((kind === "preempt" || kind === "block" || kind === "exit") && at > start)
      turns.push([start, at, id, null]);
  }
  return mergeTurns(turns);
}

/** Runs jobs under both drivers: the same schedule, and everybody gets all of its CPU time. Gives the turns. */
export function checkDrivers<Queue>(jobs: readonly Job[], policy: Policy<Queue>, options: Options = {}): Turn[] {
  const turns = runTicks(jobs, policy, options);
  const merged = mergeTurns(turns);
  assert.deepEqual(runEngine(jobs, policy, options), merged);
  const wanted = jobs.map(({ bursts }) => bursts.filter((_, index) => index % 2 === 0).reduce((a, b) => a + b));
  assert.deepEqual(timesOf(jobs, merged), wanted);
  return turns;
}

/** CPU time of each job up to a time, in the order of the list. */
export const timesOf = (
  jobs: readonly Job[],
  turns: readonly (readonly [Tick, Tick, Job["id"], ...unknown[]])[],
  until = Infinity,
): number[] =>
  jobs.map(({ id }) =>
    turns
      .filter(([, , whose]) => whose === id)
      .reduce((sum, [start, end]) => sum + Math.max(0, Math.min(end, until) - start), 0),
  );

const burst = fc.integer({ min: 1, max: 12 });

/** Up to six jobs with waits between their bursts. */
export const workloads: fc.Arbitrary<Job[]> = fc
  .array(
    fc.record({
      arrival: fc.nat(20),
      first: burst,
      rest: fc.array(fc.tuple(fc.nat(8), burst), { maxLength: 4 }),
      priority: fc.integer({ min: 0, max: 14 }),
      nice: fc.integer({ min: -20, max: 19 }),
      tickets: fc.integer({ min: 1, max: 300 }),
      user: fc.constantFrom("ann", "bob", "eve"),
      size: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((jobs) =>
    jobs.map(({ first, rest, ...job }, index) => ({
      ...job,
      id: String.fromCharCode(65 + index),
      bursts: [first, ...rest.flat()],
    })),
  );
