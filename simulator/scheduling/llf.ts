/**
 * Least laxity first (Mok 1983), decided at every release and end and at the multiples of `interval`. With a short one, jobs of equal laxity take turns
 * at every tick of it: the policy's known fault.
 */
import { checkWhole } from "./check.ts";
import { laxityOf, rank, type LaxityOptions } from "./laxity.ts";
import { planned, spread, type PlannedQueue } from "./planned.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";

/**
 * Admitting a task without a deadline or a known length throws a WorkloadError.
 * @throws WorkloadError: the interval is not a whole number of ticks, at least 1.
 */
export function llf({
  cpus,
  interval = 1,
  tie,
}: LaxityOptions & { readonly interval?: Tick }): Policy<PlannedQueue<null>> {
  checkWhole("llf", "interval", interval, 1);
  return planned(cpus, {
    name: "LLF",
    memory: null,
    plan(memory, situation) {
      const { now } = situation;
      const left = (task: Task): Tick => laxityOf("llf", task, now);
      const order = rank(situation, [left], tie);
      return {
        run: spread(order.slice(0, cpus), situation),
        until: order.length > cpus ? (Math.floor(now / interval) + 1) * interval : Infinity,
        why: (task) => because`${task.name} has one of the ${cpus} least laxities, ${left(task)}`,
        memory,
      };
    },
  });
}
