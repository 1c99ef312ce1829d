/**
 * LLREF (Cho, Ravindran and Jensen 2006): up to the next deadline every job has a share of the time; those with most of it left run. Decided anew when a running
 * one has used its share, or a waiting one needs all the time that is left.
 */
import { planned, spread, type PlannedQueue } from "./planned.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";
import { cutsOf, nextCut, shareOf, type Cuts } from "./proportion.ts";

/**
 * Meets all deadlines of periodic tasks that fit on the CPUs, where each deadline is the period and all are released together first. Admitting a task without a deadline or a known length
 * throws a WorkloadError.
 */
export const llref = ({ cpus }: { readonly cpus: number }): Policy<PlannedQueue<Cuts>> =>
  planned<Cuts>(cpus, {
    name: "LLREF",
    memory: new Map(),
    plan(memory, situation) {
      const { now, active } = situation;
      const cuts = cutsOf(memory, "llref", situation);
      const end = nextCut(cuts, now);
      const share = (task: Task): Tick => shareOf("llref", task, end);
      const order = active.toSorted((a, b) => share(b) - share(a) || a.pid - b.pid).filter((task) => share(task) > 0);
      const chosen = order.slice(0, cpus);
      const used = chosen.map((task) => now + share(task));
      const needed = order.slice(cpus).map((task) => end - share(task));
      return {
        run: spread(chosen, situation),
        until: Math.min(end, ...used, ...needed.filter((at) => at > now)),
        why: (task) =>
          because`${task.name} has one of the ${cpus} longest shares left up to ${end}, the next deadline: ${share(task)}`,
        memory: cuts,
      };
    },
  });
