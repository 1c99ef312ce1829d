/**
 * What rate-monotonic, deadline-monotonic and earliest-deadline-first scheduling share: of those that are ready, the one with the
 * smallest key runs, and a smaller one takes the CPU at once. They differ only in the key (Liu and Layland 1973; Tanenbaum, MOS 7.5).
 * With several CPUs and one queue they are the global variants.
 */
import { WorkloadError } from "./check.ts";
import { addToHeap, takeBest, type Heap } from "./heap.ts";
import { because, type Policy, type Reason, type Task, type Tick } from "./policy.ts";

/** Who is first of those with equal keys; whatever is then still equal goes by the order of the list. */
export type Tie = "arrival" | "running" | "id";

export interface KeyRule {
  readonly name: string;
  /** As a sentence has it: `the earliest deadline`, and `earlier`. */
  readonly noun: string;
  readonly smallest: string;
  readonly smaller: string;
  /** What is compared. It must stand still while a task waits. */
  readonly key: (task: Task) => Tick;
}

/** What `workload.ts` calls `options`, as far as these policies read it. */
export interface KeyOptions {
  /** Default `running`: a task with an equal key does not take the CPU. */
  readonly tie?: Tie;
}

export type KeyQueue = Heap<Task> | null;

export function byKey({ name, noun, smallest, smaller, key }: KeyRule, tie: Tie = "running"): Policy<KeyQueue> {
  const compare = (a: Task, b: Task): number =>
    key(a) - key(b) || (tie === "arrival" ? a.ready - b.ready : 0) || a.pid - b.pid;

  const sayChoice = (task: Task, next: Task | undefined): Reason => {
    if (next === undefined) return because`${task.name}, with ${noun} ${key(task)}, is the only one that waits`;
    if (compare(next, task) < 0) {
      return because`${task.name} has the ${smallest} ${noun}, ${key(task)}, of those that may run on this CPU`;
    }
    if (key(next) !== key(task)) {
      return because`${task.name} has the ${smallest} ${noun}, ${key(task)}; next is ${next.name} with ${key(next)}`;
    }
    const rule = tie === "arrival" && task.ready < next.ready ? "came first" : "stands first in the list";
    return because`${task.name} and ${next.name} have the ${smallest} ${noun}, ${key(task)}; ${task.name} ${rule}`;
  };

  return {
    name,
    init: () => null,
    admit(waiting, task) {
      key(task); // throws here, where the task is new, and not when it is first compared
      return addToHeap(waiting, task, compare);
    },
    pick(waiting, { allows }) {
      const best = takeBest(waiting, compare, allows);
      if (best === null) return null;
      const { item: task, rest: queue } = best;
      return { queue, task, quantum: Infinity, why: sayChoice(task, queue?.item) };
    },
    preempts(_, running, ready) {
      if (key(ready) === key(running)) {
        if (tie === "running" || compare(ready, running) > 0) return null;
        const rule = tie === "arrival" && ready.ready < running.ready ? "came first" : "stands first in the list";
        return because`${ready.name} and ${running.name} have the same ${noun}, ${key(ready)}; ${ready.name} ${rule}`;
      }
      if (key(ready) > key(running)) return null;
      return because`the ${noun} of ${ready.name}, ${key(ready)}, is ${smaller} than that of ${running.name}, ${key(running)}`;
    },
  };
}

/** @throws WorkloadError that names the task, where it has no such figure. */
export function need(policy: string, task: Task, what: "period" | "relativeDeadline" | "deadline" | "burst"): Tick {
  const value = task[what];
  if (value !== null) return value;
  const missing = what === "relativeDeadline" ? "deadline" : what;
  const mend = what === "period" ? "a period" : what === "burst" ? "a burst of known length" : "a period or a deadline";
  throw new WorkloadError(`${policy}: ${task.name} has no ${missing}; give it ${mend}, or choose another policy`);
}
