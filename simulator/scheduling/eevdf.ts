/**
 * Earliest eligible virtual deadline first, by the rules of Linux 6.12 (kernel/sched/fair.c; Stoica and Abdel-Wahab 1995).
 *
 * Virtual time of a task passes the slower the heavier it is. V is the mean of all, by weight; who has had less than its share is not
 * beyond V: it is eligible. Of the eligible, the earliest virtual deadline runs: where its slice will be used. A shorter slice is served
 * sooner, but not more. Who runs keeps the CPU until its slice is used (RUN_TO_PARITY) or it has had more than its share and somebody
 * comes; one that comes with a shorter slice and an earlier deadline need not wait for that (PREEMPT_SHORT). Who waits keeps its lag
 * (PLACE_LAG), a debt until others have run long enough (DELAY_DEQUEUE), and a new task begins with half a slice (PLACE_DEADLINE_INITIAL).
 * With several CPUs all share one queue, which Linux's do not.
 */
import { checkWhole } from "./check.ts";
import { because, type Policy, type Reason, type Task, type Tick } from "./policy.ts";
import { emptyTable, lookUp, setValue, type Table } from "./table.ts";
import { findFirst, insert, remove, type Entry, type Tree } from "./tree.ts";
import { paceOf, weighNice } from "./weights.ts";

export interface EevdfOptions {
  /** The slice of a task that asks for none. Default 1; Linux's is about 3 ms. */
  readonly quantum?: Tick;
  /** Who goes first of those with equal deadlines: who came first, or, otherwise, who stands first in the list. Default `arrival`. */
  readonly tie?: "arrival" | "running" | "id";
}

/** Virtual times are whole numbers, as `paceOf` counts. */
interface Entity {
  /** Its virtual time is this and its CPU time at its pace. */
  readonly offset: number;
  readonly deadline: number;
  /** Of one that is blocked: how far it was behind V, or, negative, beyond. */
  readonly lag: number;
  /** Blocked, but kept in the queue until its debt is paid. */
  readonly isDelayed: boolean;
}

export interface EevdfQueue {
  readonly tree: Tree;
  readonly entities: Table<Entity>;
  /** How many are ready or run. */
  readonly active: number;
  readonly average: Average;
}

/** V of all that compete. */
interface Average {
  readonly weight: number;
  /** V, rounded down, and the rest, times the weight. */
  readonly mean: number;
  readonly rest: number;
}

/** @throws WorkloadError: an option or a task's slice is not a whole number, at least 1; a nice value is not from -20 to 19. */
export function eevdf({ quantum = 1, tie = "arrival" }: EevdfOptions = {}): Policy<EevdfQueue> {
  checkWhole("fair", "quantum", quantum, 1);

  const sliceOf = (task: Task): Tick => task.slice ?? quantum;
  const spanOf = (task: Task): number => sliceOf(task) * paceOf(task.nice);
  const toEntry = (task: Task, entity: Entity): Entry => ({
    task,
    key: entity.deadline,
    first: tie === "arrival" ? task.arrival : 0,
    value: timeOf(task, entity),
  });
  const setEntity = ({ tree, entities, active, average }: EevdfQueue, { pid }: Task, entity?: Entity): EevdfQueue => ({
    tree,
    entities: setValue(entities, pid, entity),
    active,
    average,
  });
  const setTree = ({ entities, active, average }: EevdfQueue, tree: Tree): EevdfQueue => ({
    tree,
    entities,
    active,
    average,
  });

  /** Puts an entity into the competition so that its lag is what it says. */
  function place(queue: EevdfQueue, task: Task, lag: number, share: number): readonly [EevdfQueue, Entity] {
    const { weight, mean } = queue.average;
    const own = weighNice(task.nice);
    // V itself moves when the task comes; so much more lag leaves as much as there was.
    const inflated = weight === 0 ? 0 : Math.round((lag * (weight + own)) / weight);
    const virtual = mean - inflated;
    const offset = virtual - task.used * paceOf(task.nice);
    const entity = { offset, deadline: virtual + Math.floor(spanOf(task) / share), lag: 0, isDelayed: false };
    return [setEntity(addWeight(queue, own, virtual), task, entity), entity];
  }

  function measureLag({ average: { mean } }: EevdfQueue, task: Task, entity: Entity): number {
    const most = 2 * spanOf(task);
    return Math.min(Math.max(mean - timeOf(task, entity), -most), most);
  }

  /** One that is blocked leaves the queue in earnest. */
  function drop(queue: EevdfQueue, task: Task, entity: Entity): EevdfQueue {
    const lag = Math.min(0, measureLag(queue, task, entity));
    const tree = remove(queue.tree, toEntry(task, entity));
    const left = addWeight(setTree(queue, tree), -weighNice(task.nice), timeOf(task, entity));
    return setEntity(left, task, { ...entity, lag, isDelayed: false });
  }

  /** Where nobody is ready or runs, nobody is left to pay to. */
  function forgive(queue: EevdfQueue): EevdfQueue {
    let left = queue;
    for (;;) {
      const task = left.active === 0 ? findNext(left)?.task : undefined;
      if (!task) return left;
      left = drop(left, task, lookUp(left.entities, task.pid) as Entity);
    }
  }

  function wake(queue: EevdfQueue, task: Task, entity: Entity): EevdfQueue {
    if (!entity.isDelayed) return enqueue(...place(queue, task, entity.lag, 1), task);
    if (timeOf(task, entity) < queue.average.mean)
      return enqueue(...place(drop(queue, task, entity), task, 0, 1), task);
    return setEntity(queue, task, { ...entity, isDelayed: false });
  }

  const enqueue = (queue: EevdfQueue, entity: Entity, task: Task): EevdfQueue =>
    setTree(queue, insert(queue.tree, toEntry(task, entity)));

  return {
    name: `earliest eligible virtual deadline first, slice ${quantum}`,
    init: () => ({ tree: null, entities: emptyTable, active: 0, average: { weight: 0, mean: 0, rest: 0 } }),
    admit(before, task, why) {
      const comes = why === "new" || why === "woken";
      const queue = comes ? { ...before, active: before.active + 1 } : before;
      const entity = lookUp(queue.entities, task.pid);
      if (!entity) {
        checkWhole("fair", `the slice of ${task.name}`, sliceOf(task), 1);
        return enqueue(...place(queue, task, 0, 2), task);
      }
      if (why === "woken") return wake(queue, task, entity);
      if (why !== "yielded") return enqueue(queue, entity, task);
      const later = { ...entity, deadline: entity.deadline + spanOf(task) };
      return enqueue(setEntity(queue, task, later), later, task);
    },
    pick(queue, { allows }) {
      let left = queue;
      const passed: Entry[] = [];
      for (;;) {
        const entry = findNext(left);
        if (!entry) return null;
        const { task } = entry;
        const entity = lookUp(left.entities, task.pid) as Entity;
        if (entity.isDelayed) {
          left = drop(left, task, entity);
          continue;
        }
        left = setTree(left, remove(left.tree, entry));
        if (!allows(task)) {
          passed.push(entry);
          continue;
        }
        const ticks = Math.max(1, Math.ceil((entity.deadline - entry.value) / paceOf(task.nice)));
        const why = because`${task.name} has the earliest virtual deadline of those that have not had more than their share; ${ticks} left of its slice`;
        const chosen = passed.length === 0 ? left : setTree(left, passed.reduce(insert, left.tree));
        return { queue: chosen, task, quantum: ticks, why };
      }
    },
    preempts(queue, running, ready): Reason | null {
      const runs = lookUp(queue.entities, running.pid) as Entity;
      const waits = lookUp(queue.entities, ready.pid) as Entity;
      if (findFirst(queue.tree, queue.average.mean)?.task !== ready) return null;
      if (timeOf(running, runs) > queue.average.mean) {
        return because`${running.name} has had more than its share, and ${ready.name} has the earliest virtual deadline of the others`;
      }
      if (waits.deadline >= runs.deadline || sliceOf(ready) >= sliceOf(running)) return null;
      return because`${ready.name} has an earlier virtual deadline than ${running.name}, and asks for a shorter slice`;
    },
    charge(queue, task, ticks) {
      const entity = lookUp(queue.entities, task.pid) as Entity;
      const average = moveMean(queue.average, weighNice(task.nice) * paceOf(task.nice) * ticks);
      const virtual = timeOf(task, entity);
      const { tree, active } = queue;
      const entities =
        virtual < entity.deadline
          ? queue.entities
          : setValue(queue.entities, task.pid, { ...entity, deadline: virtual + spanOf(task) });
      return { tree, entities, active, average };
    },
    release(before, task, why) {
      const queue = { ...before, active: before.active - 1 };
      const entity = lookUp(queue.entities, task.pid) as Entity;
      if (why === "blocked" && timeOf(task, entity) > queue.average.mean) {
        const delayed = { ...entity, isDelayed: true };
        return forgive(enqueue(setEntity(queue, task, delayed), delayed, task));
      }
      const left = addWeight(queue, -weighNice(task.nice), timeOf(task, entity));
      const lag = measureLag(queue, task, entity);
      return forgive(setEntity(left, task, why === "ended" ? undefined : { ...entity, lag }));
    },
  };
}

/** Who is next. With several CPUs, whoever is eligible may be running elsewhere: then the earliest deadline of all. */
const findNext = ({ tree, average: { mean } }: EevdfQueue): Entry | null => findFirst(tree, mean) ?? findFirst(tree);

/** How far a task's virtual time has come. */
const timeOf = ({ used, nice }: Task, { offset }: Entity): number => offset + used * paceOf(nice);

/** The queue in which a weight with this virtual time joins, or, negative, leaves. */
function addWeight({ tree, entities, active, average }: EevdfQueue, by: number, virtual: number): EevdfQueue {
  const { mean, rest } = average;
  const weight = average.weight + by;
  const joined = weight === 0 ? { weight, mean, rest: 0 } : moveMean({ weight, mean, rest }, by * (virtual - mean));
  return { tree, entities, active, average: joined };
}

/** Where the sum of all weighted virtual times is so much more. */
function moveMean({ weight, mean, rest }: Average, by: number): Average {
  const whole = Math.floor((rest + by) / weight);
  return { weight, mean: mean + whole, rest: rest + by - whole * weight };
}
