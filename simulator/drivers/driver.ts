/** A driver chooses, step by step, which enabled transition happens. Everything that is not the kernel's to decide is decided here. */
import type { Transition } from "../kernel/core.ts";
import type { Kernel, Pid, StepEvent } from "../kernel/kernel.ts";
import { MAX_CPUS } from "../kernel/limits.ts";
import type { Tick } from "../scheduling/policy.ts";

/** What a driver may look at when it chooses. */
export interface Situation {
  readonly kernel: Kernel;
  readonly now: Tick;
  /** Who runs on each CPU; null where nobody does. */
  readonly running: readonly (Pid | null)[];
  /** When the timeouts of those that wait are over, and the alarm(2) of process `pid` under `-pid`. */
  readonly deadlines: ReadonlyMap<Pid, Tick>;
}

export interface Choice {
  readonly transition: Transition;
  readonly cpu: number;
  /** Why this process, if another ran before. */
  readonly why: string;
  /** Why the process that runs there has to leave, if it could go on. */
  readonly preempts: string;
  /** Who else does not run any more, on other CPUs, and why. */
  readonly stops?: readonly Stop[];
}
export interface Stop {
  readonly pid: Pid;
  readonly why: string;
}

export interface Driver {
  /** How many CPUs it has to give; default 1. */
  readonly cpus?: number;
  /** null: nothing can happen any more. */
  choose(situation: Situation): Choice | null;
  /** What has happened: by a transition, or at the start (null). */
  observe?(transition: Transition | null, events: readonly StepEvent[], situation: Situation): void;
  /** Whether every CPU has had its step of this tick; default: after each step. */
  isTickOver?(): boolean;
}

/** One step of a schedule: enough to take it again, and to notice that the program is not the same any more. */
export interface ScheduledStep {
  readonly pid: Pid;
  readonly action: Transition["action"];
  readonly choice: number;
  /** The call that the process was at. */
  readonly call: string;
  readonly why: string;
  readonly preempts: string;
  /** Default 0. */
  readonly cpu?: number;
  /** It was made in the same tick as the step before it, on another CPU. */
  readonly joins?: true;
  readonly stops?: readonly Stop[];
}
export type Schedule = readonly ScheduledStep[];

/** @throws RangeError: there cannot be so many CPUs. */
export function checkCpus(cpus = 1): number {
  if (!Number.isSafeInteger(cpus) || cpus < 1 || cpus > MAX_CPUS)
    throw new RangeError(`cpus must be a whole number from 1 to ${MAX_CPUS}, not ${cpus}`);
  return cpus;
}

/** The CPUs that a schedule needs. */
export const countCpus = (schedule: Schedule): number =>
  schedule.reduce((most, { cpu = 0 }) => Math.max(most, cpu + 1), 1);
