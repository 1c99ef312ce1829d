/** Workloads: jobs with known bursts under a policy, from event to event. Nothing happens per tick, so ticks cost nothing. */
import type { Trace } from "../../schema/trace.ts";
import type { Job } from "../../schema/workload.ts";
import { createCache, type Cache, type CacheOptions } from "./cache.ts";
import type { Cpu, Process } from "./cpu.ts";
import { createDispatcher } from "./dispatcher.ts";
import type { DispatcherOptions } from "./dispatcher-options.ts";
import { because, type Policy, type Tick } from "./policy.ts";
import { createRecorder } from "./recorder.ts";
import { createTimers } from "./timers.ts";
import { checkOptions } from "./options.ts";
import { checkCpus, checkJobs, findHorizon } from "./workload.ts";

export interface RunOptions extends Partial<DispatcherOptions> {
  /** When the run ends. Default: never by itself; with periodic jobs, a hyperperiod after the last first release. */
  readonly horizon?: Tick;
  /** The one device that all I/O queues for; default: each job has its own. */
  readonly device?: string;
  /** Whether who comes at the instant at which a quantum ends queues before its process; default `first`. */
  readonly arrivalAtQuantumEnd?: "first" | "last";
  /** Caches that processes must warm; who is warm gets more done. Default: none. */
  readonly cache?: CacheOptions;
  /** Most events; default 2 000 000. */
  readonly limit?: number;
}

export interface WorkloadRun {
  /** The policy's name. */
  readonly policy: string;
  readonly jobs: readonly Job[];
  /** Job number n of the list, counted from 1, is process n. */
  readonly trace: Trace;
  /** How many events there are, without making them. */
  readonly events: number;
  /** With caches, for how many ticks each CPU has run processes that were warm. */
  readonly warmTicks: readonly Tick[];
  /** When the run ended. */
  readonly end: Tick;
  /** The limit that was met, in words; null: the run came to its end. */
  readonly limit: string | null;
}

/** A process with its way through the job. */
interface Worker {
  readonly job: Job;
  readonly process: Process;
  /** Which burst is the current one. */
  burst: number;
  /** Periodic ones: how many jobs have been released, and how many are done. */
  released: number;
  done: number;
}

const eventLimit = 2_000_000;

/** What a timer is for: `4 * worker + purpose`. */
const purposes = { arrive: 0, wake: 1, release: 2, deadline: 3 } as const;

/**
 * Runs jobs under a policy. The same jobs, policy and options give the same run.
 * @throws WorkloadError for jobs or options that make no sense.
 */
export function runWorkload<Queue>(jobs: readonly Job[], policy: Policy<Queue>, options: RunOptions = {}): WorkloadRun {
  const { cpus = 1, ...others } = options;
  const { device, limit = eventLimit } = others;
  const arrivalAtQuantumEnd = options.arrivalAtQuantumEnd ?? policy.arrivalAtQuantumEnd ?? "first";
  checkCpus(cpus);
  checkOptions(others);
  checkJobs(jobs, cpus);
  const horizon = options.horizon ?? findHorizon(jobs);
  const timers = createTimers();
  const waitsForDevice = { on: device ?? "I/O" };
  const workers = jobs.map((job, index) => createWorker(job, index + 1, cpus, policy.defaultPriority));
  const recorder = createRecorder(cpus, (pid) => (workers[pid - 1] as Worker).process.name);
  const ends = Array.from({ length: cpus }, () => Infinity);
  const caches = options.cache ? ends.map(() => createCache(options.cache as CacheOptions)) : [];
  let deviceFree = 0;
  let now = 0;
  let reviewAt = Infinity;
  let stealAt = Infinity;
  let stopped: string | null = null;

  const dispatcher = createDispatcher(
    policy,
    {
      event: (kind, at, cpu, { pid }, why) => recorder.event(kind, at, cpu, pid, why),
      moved: (at, { pid }, to) => recorder.event("move", at, -1, pid, to),
      started: planEnd,
      ...(options.cache && {
        work: ({ index }: Cpu, { pid }: Process, ticks: Tick) => (caches[index] as Cache).run(pid, ticks),
      }),
    },
    { ...options, cpus },
  );

  for (const [index, { arrival = 0 }] of jobs.entries()) timers.set(arrival, 4 * index + purposes.arrive);
  for (let rounds = 0; ; rounds += 1) {
    const next = findNext();
    if (next > horizon || next === Infinity || (now === horizon && rounds > 0)) break;
    if (recorder.length >= limit || rounds >= limit) {
      stopped = `${limit} events`;
      break;
    }
    now = next;
    passInstant();
  }
  if (stopped === null && horizon !== Infinity) now = horizon;
  for (const cpu of dispatcher.cpus) cutOff(cpu);
  const warmTicks = caches.map((cache) => cache.warmTicks);
  return {
    policy: policy.name,
    jobs,
    trace: recorder.trace,
    events: recorder.length,
    warmTicks,
    end: now,
    limit: stopped,
  };

  function findNext(): Tick {
    let next = timers.next();
    let isAlive = next !== Infinity;
    for (const { index, process, quantumEnd, switchEnd } of dispatcher.cpus) {
      if (process === null) continue;
      isAlive = true;
      next = Math.min(next, switchEnd ?? Math.min(quantumEnd, ends[index] as Tick));
    }
    return isAlive || workers.some(({ process }) => process.state === "ready")
      ? Math.min(next, reviewAt, stealAt)
      : Infinity;
  }

  /** Who is first at one instant decides textbook answers: this order is the documented one. */
  function passInstant(): void {
    for (const cpu of dispatcher.cpus) {
      if (cpu.process !== null && cpu.switchEnd === null && (ends[cpu.index] as Tick) <= now) endBurst(cpu);
    }
    // At the horizon a burst may still end, but nothing begins, and no deadline has passed.
    if (now >= horizon) return;
    if (arrivalAtQuantumEnd === "last") dispatcher.expire(now);
    const putOff = reviewAt <= now ? dispatcher.review(now) : Infinity;
    while (timers.next() <= now) passTimer(timers.take());
    if (arrivalAtQuantumEnd === "first") dispatcher.expire(now);
    dispatcher.decide(now);
    stealAt = dispatcher.stealAt(now);
    if (policy.reviewAt) reviewAt = putOff === Infinity ? dispatcher.reviewAt(now) : putOff;
  }

  function planEnd({ index, process, switchEnd }: Cpu, at: Tick): void {
    const { pid, remaining } = process as Process;
    const cache = caches[index];
    cache?.enter(pid, (workers[pid - 1] as Worker).job.workingSet ?? 0);
    const ticks = cache ? cache.ticksFor(pid, remaining as Tick) : (remaining as Tick);
    ends[index] = switchEnd === null ? at + ticks : Infinity;
  }

  function endBurst(cpu: Cpu): void {
    const process = cpu.process as Process;
    const worker = workers[process.pid - 1] as Worker;
    const { bursts } = worker.job;
    ends[cpu.index] = Infinity;
    worker.burst += 2;
    if (worker.burst < bursts.length) block(worker, cpu, bursts[worker.burst - 1] as Tick);
    else endJob(worker, cpu);
  }

  function block({ process }: Worker, cpu: Cpu, ticks: Tick): void {
    dispatcher.leave(cpu, "blocked", now);
    recorder.fact("block", now, cpu.index, process.pid, waitsForDevice);
    const start = device === undefined ? now : Math.max(now, deviceFree);
    deviceFree = start + ticks;
    timers.set(deviceFree, 4 * (process.pid - 1) + purposes.wake);
  }

  function endJob(worker: Worker, cpu: Cpu): void {
    const { process, job } = worker;
    if (worker.released > 0) {
      dispatcher.settle(cpu, now);
      worker.done += 1;
      recorder.fact("complete", now, cpu.index, process.pid, { job: worker.done });
    }
    if (job.period === undefined) {
      dispatcher.leave(cpu, "ended", now);
      recorder.fact("exit", now, cpu.index, process.pid, { exitStatus: 0, termSignal: null });
    } else if (worker.done < worker.released) {
      beginJob(worker);
      dispatcher.putBack(
        cpu,
        "yielded",
        because`job ${worker.done} is done, job ${worker.done + 1} has been waiting`,
        now,
      );
    } else {
      dispatcher.leave(cpu, "blocked", now);
      recorder.fact("block", now, cpu.index, process.pid, { on: "its next release" });
    }
  }

  function passTimer(timer: number): void {
    const worker = workers[timer >> 2] as Worker;
    const purpose = timer & 3;
    if (purpose === purposes.arrive) arrive(worker);
    else if (purpose === purposes.wake) wake(worker);
    else if (purpose === purposes.release) release(worker);
    else passDeadline(worker);
  }

  function arrive(worker: Worker): void {
    const { process, job } = worker;
    recorder.fact("start", now, -1, process.pid, { role: String(job.id), parent: null });
    if (job.period !== undefined || job.deadline !== undefined) announce(worker);
    beginJob(worker);
    process.ready = now;
    dispatcher.admit(process, "new", now);
  }

  /** A job of a periodic process is released. */
  function announce(worker: Worker): void {
    const { process } = worker;
    worker.released += 1;
    const deadline = now + (process.relativeDeadline as Tick);
    recorder.fact("release", now, -1, process.pid, { job: worker.released, deadline });
    timers.set(deadline, 4 * (process.pid - 1) + purposes.deadline);
    if (process.period !== null) timers.set(now + process.period, 4 * (process.pid - 1) + purposes.release);
  }

  function release(worker: Worker): void {
    const { process } = worker;
    announce(worker);
    if (worker.released > worker.done + 1) return;
    beginJob(worker);
    recorder.event("wake", now, -1, process.pid, null);
    dispatcher.admit(process, "woken", now);
  }

  /** The first burst of the next job. */
  function beginJob(worker: Worker): void {
    const { process } = worker;
    worker.burst = 0;
    beginBurst(worker);
    if (process.relativeDeadline === null) return;
    process.ready = process.arrival + worker.done * (process.period ?? 0);
    process.deadline = process.ready + process.relativeDeadline;
  }

  function beginBurst({ process, job, burst }: Worker): void {
    process.burst = process.remaining = job.bursts[burst] as Tick;
  }

  function wake(worker: Worker): void {
    const { process } = worker;
    beginBurst(worker);
    process.ready = now;
    recorder.event("wake", now, -1, process.pid, null);
    dispatcher.admit(process, "woken", now);
  }

  function passDeadline(worker: Worker): void {
    const { process } = worker;
    const { period, arrival, relativeDeadline } = process;
    const passed = period === null ? 1 : (now - arrival - (relativeDeadline as Tick)) / period + 1;
    if (worker.done < passed) recorder.fact("miss", now, -1, process.pid, { job: passed });
  }

  /** The run ends while a process runs. */
  function cutOff({ index, process, switchEnd }: Cpu): void {
    if (process === null || switchEnd !== null) return;
    recorder.event("preempt", now, index, process.pid, stopped ?? `the run ends at its horizon, ${horizon}`);
  }
}

function createWorker(job: Job, pid: number, cpus: number, defaultPriority = 0): Worker {
  const {
    id,
    arrival = 0,
    bursts,
    priority = defaultPriority,
    nice = 0,
    tickets = 100,
    user = "user",
    size = 1,
    slice = null,
  } = job;
  const { period = null, affinity } = job;
  const first = bursts[0] ?? 0;
  const process: Process = {
    pid,
    name: typeof id === "number" ? `P${id}` : id,
    arrival,
    ready: arrival,
    used: 0,
    burst: first,
    remaining: first,
    priority,
    nice,
    tickets,
    user,
    size,
    slice,
    period,
    relativeDeadline: job.deadline ?? period,
    deadline: null,
    cpu: null,
    state: "new",
    allowed: affinity ? affinity.reduce((mask, cpu) => mask | (1 << cpu), 0) : (1 << cpus) - 1,
    home: 0,
    queued: 0,
    place: null,
  };
  return { job, process, burst: 0, released: 0, done: 0 };
}
