/**
 * A scheduler as a plug-in: pure functions over a queue of its own. It never sees the kernel's insides, and a reader can write one in a
 * cell. The same policy schedules programs on the simulated kernel (drivers/clock.ts) and the jobs of a workload (workload.ts).
 */
import type { Pid } from "../kernel/kernel.ts";

/** Time in whole ticks. */
export type Tick = number;

/**
 * What a policy may know of a process. A live record: while the process runs, what it says changes; while it waits in the queue, it
 * does not. `null` stands for what nobody can know, such as how long a program will run.
 */
export interface Task {
  readonly pid: Pid;
  /** As sentences name it: `P101`, or a job's own name. */
  readonly name: string;
  /** When it came first. */
  readonly arrival: Tick;
  /** Since when it has been ready or running; for a periodic one, when its current job was released. */
  readonly ready: Tick;
  /** CPU time so far. */
  readonly used: Tick;
  /** Its current CPU burst: the whole length, and what is left of it. */
  readonly burst: Tick | null;
  readonly remaining: Tick | null;
  /** Smaller is better, as in Silberschatz, MINIX and POSIX's nice values. Default 0. */
  readonly priority: number;
  /** -20 to 19; default 0. */
  readonly nice: number;
  /** Default 100. */
  readonly tickets: number;
  readonly user: string;
  /** The memory that it needs; default 1. */
  readonly size: number;
  /** The slice that it asks for (sched_setattr(2)); null: the policy's own. */
  readonly slice: Tick | null;
  /** Real-time processes only: ticks from release to release, from release to deadline, and the current job's deadline as a time. */
  readonly period: Tick | null;
  readonly relativeDeadline: Tick | null;
  readonly deadline: Tick | null;
  /** The CPU on which it ran last; null before it has run. */
  readonly cpu: number | null;
}

/** A reason in words: a sentence, or one that is put together when somebody reads it (`because`). */
export type Reason = string | Because;

/** The parts of a sentence. Millions of decisions have reasons that nobody reads. */
export interface Because {
  readonly strings: readonly string[];
  readonly values: readonly (string | number)[];
}
export const because = (strings: TemplateStringsArray, ...values: readonly (string | number)[]): Because => ({
  strings,
  values,
});
/** Joined, it is one string in memory; put together piece by piece, it would keep its pieces. */
export const sayReason = (reason: Reason): string =>
  typeof reason === "string"
    ? reason
    : reason.strings.flatMap((part, index) => [part, reason.values[index] ?? ""]).join("");

/** Why a process comes (back) into the queue. `preempted`: before its quantum was used. `yielded`: by itself. */
export type AdmitReason = "new" | "woken" | "quantum" | "preempted" | "yielded";

/** Who asks for a process: one of the CPUs, at a time. */
export interface Asker {
  readonly cpu: number;
  readonly now: Tick;
  /** Whether a process may run there (CPU affinity). A policy that does not ask works where every process may run everywhere. */
  readonly allows: (task: Task) => boolean;
}

export interface Pick<Queue> {
  readonly queue: Queue;
  readonly task: Task;
  /** How long it may run before it is asked to leave; Infinity: until it blocks or ends. */
  readonly quantum: Tick;
  /** The rule that chose it. */
  readonly why: Reason;
}

export interface Review<Queue> {
  readonly queue: Queue;
  /** Why who runs stops. */
  readonly why: Reason;
  /**
   * Those that wait and may now take a CPU, in their order: for each `preempts` is asked. Without them every CPU decides anew: who runs is
   * put back as `preempted`, and then everybody picks.
   */
  readonly challengers?: readonly Task[];
}

export interface Policy<Queue = unknown> {
  readonly name: string;
  /** Who is picked runs on the CPU that asked, even if the one on which it ran last is free. */
  readonly assignsCpus?: true;
  /** The priority of one that asks for none, where it is not 0. */
  readonly defaultPriority?: number;
  /** The order of an arrival and a quantum that ends at the same instant, where the options leave it open and it is not `first`. */
  readonly arrivalAtQuantumEnd?: "first" | "last";
  /** The queue in which nobody waits yet. */
  init(): Queue;
  /** `task` is ready and does not run. */
  admit(queue: Queue, task: Task, why: AdmitReason, now: Tick): Queue;
  /** Takes the process that runs next out of the queue; null where nobody may run on that CPU. */
  pick(queue: Queue, asker: Asker): Pick<Queue> | null;
  /** Why `ready`, which has just come into the queue, takes the CPU from `running`; null where it does not. */
  preempts?(queue: Queue, running: Task, ready: Task, now: Tick): Reason | null;
  /** `task` has run for `ticks` and leaves the CPU, or something is to be decided while it runs. */
  charge?(queue: Queue, task: Task, ticks: Tick, now: Tick): Queue;
  /** `task` leaves the CPU because it waits or has ended; it comes back by `admit`, or never. */
  release?(queue: Queue, task: Task, why: "blocked" | "ended", now: Tick): Queue;
  /** The priority of `task`, which waits in the queue or runs, is another one now. Absent: that counts from when it comes next. */
  prioritise?(queue: Queue, task: Task, now: Tick): Queue;
  /** When the policy wants to look at its queue next though nothing happens (a boost, ageing); null: it need not. */
  reviewAt?(queue: Queue, running: readonly Task[], now: Tick): Tick | null;
  /** That look. */
  review?(queue: Queue, running: readonly Task[], now: Tick): Review<Queue>;
  /** Where the process stands, if that is worth showing: `queue 2`, `on disk`. */
  place?(queue: Queue, task: Task): string | null;
}
