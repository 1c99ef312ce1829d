/** EDZL, earliest deadline until zero laxity: a job that cannot wait any longer goes before all others (Lee 1994). */
import { laxityOf, rank, type LaxityOptions } from "./laxity.ts";
import { planned, spread, type PlannedQueue } from "./planned.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";

/** Admitting a task without a deadline or a known length throws a WorkloadError. */
export const edzl = ({ cpus, tie }: LaxityOptions): Policy<PlannedQueue<null>> =>
  planned(cpus, {
    name: "EDZL",
    memory: null,
    plan(memory, situation) {
      const { now } = situation;
      const left = (task: Task): Tick => laxityOf("edzl", task, now);
      const order = rank(situation, [(task) => (left(task) <= 0 ? 0 : 1), (task) => task.deadline ?? 0], tie);
      const waits = order.slice(cpus).map(left);
      return {
        run: spread(order.slice(0, cpus), situation),
        until: Math.min(Infinity, ...waits.filter((ticks) => ticks > 0).map((ticks) => now + ticks)),
        why: (task) =>
          left(task) <= 0
            ? because`${task.name} has no laxity left: it must run from now to its deadline, ${task.deadline ?? 0}`
            : because`${task.name} has one of the ${cpus} earliest deadlines, ${task.deadline ?? 0}`,
        memory,
      };
    },
  });
