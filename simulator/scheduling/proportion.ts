/**
 * What DP-WRAP and LLREF share: time is cut at the deadlines of all tasks, and up to each cut every task gets its share of the time, the
 * cost over the period, as a fluid would. So all deadlines are met wherever the tasks
 * fit on the CPUs at all, as long as each deadline is the period and all are released together first.
 */
import { need } from "./by-key.ts";
import type { Situation } from "./planned.ts";
import type { Pid } from "../kernel/kernel.ts";
import type { Task, Tick } from "./policy.ts";

/** The next deadline of every task that has been seen, whether its job is done or not: where time is cut. */
export type Cuts = ReadonlyMap<Pid, Tick>;

export const cutsOf = (cuts: Cuts, policy: string, { active }: Situation): Cuts =>
  new Map([...cuts, ...active.map((task) => [task.pid, need(policy, task, "deadline")] as const)]);

export const nextCut = (cuts: Cuts, now: Tick): Tick =>
  Math.min(Infinity, ...[...cuts.values()].filter((at) => at > now));

/** CPU time that a job must still get up to `cut` to have its share of the time since its release; rounded up to whole ticks. */
export function shareOf(policy: string, task: Task, cut: Tick): Tick {
  const cost = need(policy, task, "burst");
  const remaining = task.remaining ?? 0;
  const due = Math.ceil((cost * (cut - task.ready)) / need(policy, task, "relativeDeadline"));
  return Math.max(0, Math.min(remaining, due - (cost - remaining)));
}
