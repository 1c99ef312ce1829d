/** A scheduler as a plug-in: pure functions over a queue of its own. It never sees the kernel's insides. */
import type { Pid } from "../kernel/kernel.ts";

/** Time in whole ticks; each step of a process takes one. */
export type Tick = number;

/** What a policy may know of a process. */
export interface Task {
  readonly pid: Pid;
  /** CPU time used so far. */
  readonly used: Tick;
}

/** Why a process comes (back) into the queue. */
export type AdmitReason = "new" | "woken" | "quantum" | "preempted";

export interface Pick<Queue> {
  readonly queue: Queue;
  readonly pid: Pid;
  /** How long it may run before it is asked to leave. */
  readonly quantum: Tick;
  /** The rule that chose it, in words. */
  readonly why: string;
}

export interface Policy<Queue = unknown> {
  readonly name: string;
  init(cpus: number): Queue;
  admit(queue: Queue, task: Task, why: AdmitReason): Queue;
  /** The process that `cpu` runs next; null where none is ready. */
  pick(queue: Queue, cpu: number): Pick<Queue> | null;
  /** Why a process that has just woken takes the CPU from the running one; null where it does not. */
  preempts?(queue: Queue, running: Task, woken: Task): string | null;
  /** After each tick of a running process. */
  tick?(queue: Queue, running: Task, now: Tick): Queue;
}
