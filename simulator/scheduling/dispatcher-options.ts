/** What several CPUs and their queues are like. */
import type { Task, Tick } from "./policy.ts";

export interface StealOptions {
  /**
   * Only at multiples of so many ticks, but then before anybody picks, and also for a CPU that runs somebody (OSTEP's multi.py).
   * Default: at once, when a CPU has nobody to run.
   */
  readonly every?: Tick;
  /** From which of so many others, in the order of the CPUs, is stolen if anybody waits there. Default: from the longest queue. */
  readonly choose?: (count: number) => number;
  /** Whether a process may be stolen at all. Default: where it may run on the other CPU. */
  readonly moves?: (task: Task) => boolean;
}

export interface DispatcherOptions {
  readonly cpus: number;
  /** Ticks that it takes to switch to another process than the one that ran last. */
  readonly contextSwitch?: Tick;
  /** One queue for all CPUs, or one each; default `global`. */
  readonly queues?: "global" | "per-cpu";
  /** Whether a CPU without work takes some from another's queue; default true. */
  readonly steal?: boolean | StealOptions;
  /** Whether a process that may choose goes to the CPU on which it ran last; default: unless the policy assigns CPUs. */
  readonly keepCpu?: boolean;
}
