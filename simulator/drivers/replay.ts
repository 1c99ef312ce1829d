/** A recorded schedule again, strictly: a program that has changed since is noticed at the step where it differs. */
import { enabled, type Transition } from "../kernel/core.ts";
import { findProcess, namePid, type Kernel, type Pid } from "../kernel/kernel.ts";
import type { Choice, Driver, ScheduledStep, Schedule, Situation } from "./driver.ts";

/** The program does not do at `step` (counted from 0) what the schedule says. */
export class ScheduleError extends Error {
  readonly step: number;
  constructor(step: number, message: string) {
    super(`step ${step} of the schedule: ${message}`);
    this.name = "ScheduleError";
    this.step = step;
  }
}

/** Its `choose` throws ScheduleError where the schedule does not fit, and gives null where it ends. */
export function replayDriver(schedule: Schedule): Driver {
  let taken = 0;
  return {
    choose({ kernel }: Situation): Choice | null {
      const planned = schedule[taken];
      if (!planned) return null;
      const transition = enabled(kernel).find((option) => fits(kernel, option, planned));
      if (!transition) throw new ScheduleError(taken, explainMisfit(kernel, planned));
      taken += 1;
      return { transition, cpu: 0, why: planned.why, preempts: planned.preempts };
    },
  };
}

/** The step that a choice is, for a schedule. */
export function recordStep(kernel: Kernel, { transition, why, preempts }: Choice): ScheduledStep {
  const { pid, action, choice } = transition;
  return { pid, action, choice, call: nameCall(kernel, pid), why, preempts };
}

const fits = (kernel: Kernel, option: Transition, planned: ScheduledStep): boolean =>
  option.pid === planned.pid &&
  option.action === planned.action &&
  option.choice === planned.choice &&
  nameCall(kernel, option.pid) === planned.call;

const nameCall = (kernel: Kernel, pid: Pid): string => findProcess(kernel, pid)?.call?.name ?? "";

function explainMisfit(kernel: Kernel, { pid, action, call }: ScheduledStep): string {
  const process = findProcess(kernel, pid);
  const planned = action === "call" ? `the call ${call}` : `a ${action} in ${call}`;
  const found = process ? `is ${process.state} at ${process.call?.name ?? "no call"}` : "is not there";
  return `${namePid(pid)} should go on with ${planned}, but it ${found}. The program has changed since the schedule was recorded.`;
}
