/**
 * Priority scheduling: the best priority runs; smaller is better. Those who wait may get better with time ("ageing"), so that nobody starves,
 * and equals may take turns (Silberschatz ch. 5.3.4; Tanenbaum, MOS 2.4.3).
 */
import { checkWhole, show, WorkloadError } from "./check.ts";
import { addToHeap, listHeap, takeBest, type Heap } from "./heap.ts";
import { because, type Policy, type Reason, type Review, type Task, type Tick } from "./policy.ts";
import { emptyTable, lookUp, setValue, type Table } from "./table.ts";

export interface PriorityOptions {
  /** Whether a better one takes the CPU. Default true. */
  readonly preemptive?: boolean;
  /**
   * By how much a priority gets better per tick of waiting. Who runs keeps what it has gained; it loses it when its quantum is used or
   * when it waits for something else than the CPU. Default 0.
   */
  readonly agePerTick?: number;
  /** Equals take turns of so many ticks. Default Infinity: no turns. */
  readonly quantum?: Tick;
  /** Who is first of equals: who came into the queue first (default); who runs already; who stands first in the list. */
  readonly tie?: "arrival" | "running" | "id";
}

/** One that is ready or runs. */
interface Entry {
  readonly task: Task;
  /**
   * Its level at a time is this and what it would have aged since time 0, less the ticks that it ran. So it gets better while the task
   * waits and stands still while it runs, and need not be changed at either.
   */
  readonly offset: number;
  /** Its place in the queue, which it keeps when it is preempted. */
  readonly turn: number;
}

export interface PriorityQueue {
  readonly heap: Heap<Entry> | null;
  readonly entries: Table<Entry>;
  readonly turns: number;
}

/** @throws WorkloadError: an option is out of its range. */
export function priority(options: PriorityOptions = {}): Policy<PriorityQueue> {
  const { preemptive = true, agePerTick = 0, quantum = Infinity, tie = "arrival" } = options;
  if (!(agePerTick >= 0 && agePerTick < Infinity))
    throw new WorkloadError(`priority: agePerTick must be a number, 0 or more, not ${show(agePerTick)}`);
  if (quantum !== Infinity) checkWhole("priority", "quantum", quantum, 1);

  /** Of those that wait, who has the smaller one is ahead at all times. */
  const keyOf = ({ task, offset }: Entry): number => offset + agePerTick * task.used;
  const levelAt = (now: Tick, entry: Entry): number => keyOf(entry) - agePerTick * now;
  const order = (a: Entry, b: Entry): number =>
    keyOf(a) - keyOf(b) || (tie === "id" ? a.task.pid - b.task.pid : a.turn - b.turn);
  const entryOf = ({ entries }: PriorityQueue, { pid }: Task): Entry => lookUp(entries, pid) as Entry;
  /** Whether one that waits takes the CPU from one that runs. */
  const beats = (ready: Entry, running: Entry): boolean =>
    keyOf(ready) < keyOf(running) ||
    (tie === "id" && keyOf(ready) === keyOf(running) && ready.task.pid < running.task.pid);

  /** The worst of those that run: whom the first one that ages enough takes the CPU from. */
  const findWorst = (queue: PriorityQueue, running: readonly Task[]): Entry =>
    running.map((task) => entryOf(queue, task)).reduce((a, b) => (beats(a, b) ? b : a));

  return {
    name: nameRule(options),
    init: () => ({ heap: null, entries: emptyTable, turns: 0 }),
    admit({ heap, entries, turns }, task, why, now) {
      if (why === "preempted") {
        return { heap: addToHeap(heap, lookUp(entries, task.pid) as Entry, order), entries, turns };
      }
      const entry = { task, offset: task.priority + agePerTick * (now - task.used), turn: turns };
      return {
        heap: addToHeap(heap, entry, order),
        entries: setValue(entries, task.pid, entry),
        turns: turns + 1,
      };
    },
    pick({ heap, entries, turns }, { allows, now }) {
      const best = takeBest(heap, order, ({ task }) => allows(task));
      if (best === null) return null;
      const why = sayChoice(best.item, heap?.length ?? 0, best.rest?.item ?? null, now);
      return { queue: { heap: best.rest, entries, turns }, task: best.item.task, quantum, why };
    },
    release({ heap, entries, turns }, { pid }, why) {
      return { heap, entries: why === "ended" ? setValue<Entry>(entries, pid, undefined) : entries, turns };
    },
    /** What it has gained by waiting is gone. */
    prioritise({ heap, entries, turns }, task, now) {
      const before = lookUp(entries, task.pid);
      const entry = { ...(before as Entry), offset: task.priority + agePerTick * (now - task.used) };
      const waiting = takeBest(heap, order, (one) => one === before);
      return {
        heap: waiting ? addToHeap(waiting.rest, entry, order) : heap,
        entries: setValue(entries, task.pid, entry),
        turns,
      };
    },
    ...(preemptive && { preempts }),
    ...(preemptive && agePerTick > 0 && { reviewAt, review }),
  };

  function preempts(queue: PriorityQueue, running: Task, ready: Task, now: Tick): Reason | null {
    const [runs, waits] = [entryOf(queue, running), entryOf(queue, ready)];
    if (!beats(waits, runs)) return null;
    const [worse, better] = [say(levelAt(now, runs)), say(levelAt(now, waits))];
    if (better === worse) return because`${ready.name} has priority ${better} too, and stands first in the list`;
    if (better === ready.priority)
      return because`${ready.name} came with priority ${better}, ${running.name} has ${worse}`;
    return because`${ready.name} has aged to priority ${better}, ${running.name} has ${worse}`;
  }

  /** When the best that waits will have aged past one that runs. */
  function reviewAt(queue: PriorityQueue, running: readonly Task[], now: Tick): Tick | null {
    const best = queue.heap?.item;
    if (!best || running.length === 0) return null;
    const worst = findWorst(queue, running);
    // Who runs stands still from now on.
    const lead = (at: Tick): number => keyOf(best) - keyOf(worst) - agePerTick * (at - now);
    const meeting = now + Math.max(1, Math.ceil(lead(now) / agePerTick));
    return lead(meeting) < 0 || (tie === "id" && best.task.pid < worst.task.pid) ? meeting : meeting + 1;
  }

  function review(queue: PriorityQueue, running: readonly Task[]): Review<PriorityQueue> {
    const aged =
      running.length === 0 ? [] : [...listHeap(queue.heap)].filter((entry) => beats(entry, findWorst(queue, running)));
    return { queue, why: "ageing", challengers: aged.toSorted(order).map(({ task }) => task) };
  }

  function sayChoice(entry: Entry, count: number, next: Entry | null, now: Tick): Reason {
    const { task } = entry;
    const level = say(levelAt(now, entry));
    const aged = level === task.priority ? "" : ` (aged from ${task.priority})`;
    if (next === null) return because`the only one in the queue: priority ${level}${aged}`;
    if (keyOf(next) < keyOf(entry)) return because`best that may run on this CPU: priority ${level}${aged}`;
    if (keyOf(next) > keyOf(entry)) return because`best of ${count}: priority ${level}${aged}`;
    const rule = tie === "id" ? "stands in the list" : "came";
    return because`best of ${count}: priority ${level}${aged}, and ${rule} before ${next.task.name}`;
  }
}

const say = (level: number): number => Math.round(level * 1_000) / 1_000;

function nameRule({ preemptive = true, agePerTick = 0, quantum = Infinity }: PriorityOptions): string {
  const parts = ["priority", preemptive ? "" : "not preemptive", agePerTick > 0 ? `ageing ${agePerTick} per tick` : ""];
  return [...parts, quantum === Infinity ? "" : `quantum ${quantum}`].filter((part) => part !== "").join(", ");
}
