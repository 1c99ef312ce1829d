/** A recorded schedule again, strictly: a program that has changed since is noticed at the step where it differs. */
import { findExactly, type Transition } from "../kernel/core.ts";
import { findProcess, namePid, type Kernel, type Pid } from "../kernel/kernel.ts";
import {
  checkCpus,
  countCpus,
  type Choice,
  type Driver,
  type ScheduledStep,
  type Schedule,
  type Situation,
} from "./driver.ts";

/** The program does not do at `step` (counted from 0) what the schedule says. */
export class ScheduleError extends Error {
  readonly step: number;
  constructor(step: number, message: string) {
    super(`step ${step} of the schedule: ${message}`);
    this.name = "ScheduleError";
    this.step = step;
  }
}

/** The run ends where the schedule does. `cpus`: default as many as it uses. Its `choose` throws ScheduleError where the schedule does not fit, and gives null where it ends. */
export function replayDriver(
  schedule: Schedule,
  { cpus = countCpus(schedule) }: { readonly cpus?: number } = {},
): Driver {
  let taken = 0;
  return {
    cpus: checkCpus(cpus),
    choose(situation: Situation): Choice | null {
      const planned = schedule[taken];
      if (!planned) return null;
      const choice = followStep(situation, planned, taken);
      taken += 1;
      return choice;
    },
    isTickOver: () => schedule[taken]?.joins !== true,
  };
}

/**
 * The choice that a recorded step was, in this situation; `number` counts the steps, for the error.
 * @throws ScheduleError: the step cannot be taken here.
 */
export function followStep({ kernel, running }: Situation, planned: ScheduledStep, number: number): Choice {
  const { pid, action, choice, why, preempts, cpu = 0, stops } = planned;
  if (cpu >= running.length) throw new ScheduleError(number, `there is no CPU ${cpu}; the run has ${running.length}`);
  const transition = findExactly(kernel, { pid, action, choice });
  if (!transition || nameCall(kernel, pid) !== planned.call)
    throw new ScheduleError(number, explainMisfit(kernel, planned, transition));
  return { transition, cpu, why, preempts, ...(stops ? { stops } : {}) };
}

/** The step that a choice is, for a schedule. `joins`: another step was made in the same tick before. */
export function recordStep(
  kernel: Kernel,
  { transition, why, preempts, cpu, stops }: Choice,
  joins = false,
): ScheduledStep {
  const { pid, action, choice } = transition;
  const step = { pid, action, choice, call: nameCall(kernel, pid), why, preempts };
  if (cpu === 0 && !stops && !joins) return step;
  return { ...step, ...(cpu > 0 ? { cpu } : {}), ...(stops ? { stops } : {}), ...(joins ? { joins } : {}) };
}

const nameCall = (kernel: Kernel, pid: Pid): string => findProcess(kernel, pid)?.call?.name ?? "";

function explainMisfit(kernel: Kernel, { pid, action, call, choice }: ScheduledStep, found: Transition | null): string {
  const process = findProcess(kernel, pid);
  const what = action === "call" ? `the call ${call}` : `a ${action} in ${call}`;
  const planned = choice > 0 ? `${what}, in the way ${choice} of those that are permitted` : what;
  const state =
    process?.state === "ready" && found === null && process.call?.name === call
      ? "has nothing of the kind to do"
      : `is ${process?.state} at ${process?.call?.name ?? "no call"}`;
  return `${namePid(pid)} should go on with ${planned}, but it ${process ? state : "is not there"}. The program has changed since the schedule was recorded.`;
}
