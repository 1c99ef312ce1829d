/** A driver chooses, step by step, which enabled transition happens. Everything that is not the kernel's to decide is decided here. */
import type { Transition } from "../kernel/core.ts";
import type { Kernel, Pid, StepEvent } from "../kernel/kernel.ts";
import type { Tick } from "../scheduling/policy.ts";

/** What a driver may look at when it chooses. */
export interface Situation {
  readonly kernel: Kernel;
  readonly now: Tick;
  /** Who runs on each CPU; null where nobody does. */
  readonly running: readonly (Pid | null)[];
  /** When the timeouts of those that wait are over. */
  readonly deadlines: ReadonlyMap<Pid, Tick>;
}

export interface Choice {
  readonly transition: Transition;
  readonly cpu: number;
  /** Why this process, if another ran before. */
  readonly why: string;
  /** Why the process that runs has to leave, if it could go on. */
  readonly preempts: string;
}

export interface Driver {
  /** null: nothing can happen any more. */
  choose(situation: Situation): Choice | null;
  /** What has happened: by a transition, or at the start (null). */
  observe?(transition: Transition | null, events: readonly StepEvent[], situation: Situation): void;
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
}
export type Schedule = readonly ScheduledStep[];
