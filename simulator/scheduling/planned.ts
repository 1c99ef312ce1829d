/**
 * What multiprocessor algorithms share that decide for all CPUs at once: at every release and end, and whenever the rule asks for it, the rule
 * says who runs where until then. Every CPU then takes what the plan has for it; where it has nothing, the CPU idles though somebody may be ready.
 */
import { checkWhole, WorkloadError } from "./check.ts";
import type { Policy, Reason, Task, Tick } from "./policy.ts";

export interface Situation {
  readonly now: Tick;
  /** Who wants a CPU, running or not, by the order of the list. */
  readonly active: readonly Task[];
  /** Who runs on which CPU until now; null: nobody. */
  readonly running: readonly (Task | null)[];
}

export interface Plan<Memory> {
  /** Who runs on which CPU from now on; null: nobody. */
  readonly run: readonly (Task | null)[];
  /** When to plan anew though nothing happens: later than now; Infinity: never. */
  readonly until: Tick;
  readonly why: (task: Task) => Reason;
  readonly memory: Memory;
}

export interface PlannedRule<Memory> {
  readonly name: string;
  readonly memory: Memory;
  readonly plan: (memory: Memory, situation: Situation) => Plan<Memory>;
}

export interface PlannedQueue<Memory> {
  readonly waiting: readonly Task[];
  readonly plan: Plan<Memory>;
  /** Something has happened that the plan does not know. */
  readonly stale: boolean;
}

/** @throws WorkloadError: the number of CPUs is not 1 to 8. */
export function planned<Memory>(
  cpus: number,
  { name, memory, plan }: PlannedRule<Memory>,
): Policy<PlannedQueue<Memory>> {
  checkWhole(name, "the number of CPUs", cpus, 1, 8);
  const nobody: readonly null[] = Array.from({ length: cpus }, () => null);
  return {
    name,
    assignsCpus: true,
    init: () => ({ waiting: [], plan: { run: nobody, until: Infinity, why: () => "", memory }, stale: false }),
    admit(queue, task, why) {
      const later = queue.waiting.findIndex(({ pid }) => pid > task.pid);
      const waiting = queue.waiting.toSpliced(later === -1 ? queue.waiting.length : later, 0, task);
      return { ...queue, waiting, stale: queue.stale || why !== "preempted" };
    },
    release: (queue) => ({ ...queue, stale: true }),
    pick(queue, { cpu, allows }) {
      const task = queue.plan.run[cpu];
      if (queue.stale || task === undefined || task === null) return null;
      if (!allows(task)) {
        throw new WorkloadError(
          `${name}: ${task.name} may not run on CPU ${cpu}; the policy plans for every CPU, so leave out its affinity`,
        );
      }
      const waiting = queue.waiting.filter((other) => other !== task);
      if (waiting.length === queue.waiting.length) return null;
      return { queue: { ...queue, waiting }, task, quantum: Infinity, why: queue.plan.why(task) };
    },
    reviewAt: ({ stale, plan: { until } }, _, now) => (stale ? now : until === Infinity ? null : until),
    review(queue, tasks, now) {
      const running = nobody.map((_, cpu) => tasks.find((task) => task.cpu === cpu) ?? null);
      const active = [...queue.waiting, ...tasks].toSorted((a, b) => a.pid - b.pid);
      const next = plan(queue.plan.memory, { now, active, running });
      return { queue: { ...queue, plan: next, stale: false }, why: `${name} plans anew` };
    },
  };
}

/** Puts the chosen on CPUs: who runs stays where it is; the others take their last CPU where it is free, else the lowest that is. */
export function spread(chosen: readonly Task[], { running }: Situation): readonly (Task | null)[] {
  const run = running.map((task) => (task !== null && chosen.includes(task) ? task : null));
  const others = chosen.filter((task) => !run.includes(task));
  const moved = others.filter((task) => {
    const stays = task.cpu !== null && run[task.cpu] === null;
    if (stays) run[task.cpu] = task;
    return !stays;
  });
  for (const task of moved) run[run.indexOf(null)] = task;
  return run;
}
