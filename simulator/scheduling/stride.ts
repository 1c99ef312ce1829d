/**
 * Stride scheduling (Waldspurger and Weihl 1995; OSTEP ch. 9): every tick that a task runs moves its pass on by a stride, which is the
 * smaller the more tickets it has; the smallest pass runs. Shares without chance: no two tasks are ever further apart than a quantum.
 * A new task begins at the global pass, which moves with all tickets together; one that waits keeps its distance from it.
 */
import { checkWhole } from "./check.ts";
import { addToHeap, takeBest, type Heap } from "./heap.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";
import { emptyTable, lookUp, setValue, type Table } from "./table.ts";

export interface StrideOptions {
  /** Default 1. */
  readonly quantum?: Tick;
  /** Who goes first of those with equal passes: who came first, or, otherwise, who stands first in the list. Default `arrival`. */
  readonly tie?: "arrival" | "running" | "id";
}

export interface StrideQueue {
  readonly heap: Heap<Waiting> | null;
  /**
   * The pass of a task is what stands here and a stride for every tick that it has run. While it is blocked, what stands here is its
   * distance from the global pass.
   */
  readonly offsets: Table<number>;
  /** The tickets of all that take part. */
  readonly tickets: number;
  /** The global pass when they were counted, and the ticks that all have run since. */
  readonly pass: number;
  readonly ticks: Tick;
}

interface Waiting {
  readonly task: Task;
  readonly pass: number;
}

/** 2^6 3^3 5^3 7 11 13: whole strides for the tickets that books use; all others are right to 1 in 10^5 up to a thousand tickets. */
const strideOne = 216_216_000;

/** How far one tick moves the pass. */
export const strideOf = (tickets: number): number => Math.round(strideOne / tickets);

/** @throws WorkloadError: the quantum is not a whole number, at least 1; on admission: a task has no ticket. */
export function stride({ quantum = 1, tie = "arrival" }: StrideOptions = {}): Policy<StrideQueue> {
  checkWhole("stride", "quantum", quantum, 1);

  const order = (a: Waiting, b: Waiting): number =>
    a.pass - b.pass || (tie === "arrival" ? a.task.arrival - b.task.arrival : 0) || a.task.pid - b.task.pid;
  const offsetOf = ({ offsets }: StrideQueue, { pid }: Task): number => lookUp(offsets, pid) ?? 0;
  const strides = ({ used, tickets }: Task): number => used * strideOf(tickets);
  const globalPass = ({ pass, ticks, tickets }: StrideQueue): number =>
    tickets === 0 ? pass : pass + Math.floor((ticks * strideOne) / tickets);
  /** As OSTEP counts: a quantum with one ticket is 10000. */
  const say = (pass: number): number => Math.round((pass * 1_000_000) / (strideOne * quantum)) / 100;

  /** The queue when a task begins or ceases to take part. */
  const count = (queue: StrideQueue, task: Task, by: 1 | -1, offset: number | undefined): StrideQueue => ({
    heap: queue.heap,
    tickets: queue.tickets + by * task.tickets,
    pass: globalPass(queue),
    ticks: 0,
    offsets: setValue(queue.offsets, task.pid, offset),
  });

  return {
    name: `stride, quantum ${quantum}`,
    init: () => ({ heap: null, offsets: emptyTable, tickets: 0, pass: 0, ticks: 0 }),
    admit(before, task, why) {
      checkWhole("stride", `the tickets of ${task.name}`, task.tickets, 1);
      const joins = why === "new" || why === "woken";
      const start = joins ? globalPass(before) + offsetOf(before, task) - strides(task) : 0;
      const queue = joins ? count(before, task, 1, start) : before;
      const { offsets, tickets, pass, ticks } = queue;
      const waiting = { task, pass: offsetOf(queue, task) + strides(task) };
      return { heap: addToHeap(queue.heap, waiting, order), offsets, tickets, pass, ticks };
    },
    pick(queue, { allows }) {
      const taken = takeBest(queue.heap, order, ({ task }) => allows(task));
      if (!taken) return null;
      const { task, pass } = taken.item;
      const why = because`${task.name} has the smallest pass, ${say(pass)}, and its stride is ${say(strideOf(task.tickets) * quantum)}`;
      const { offsets, tickets, pass: global, ticks } = queue;
      return { queue: { heap: taken.rest, offsets, tickets, pass: global, ticks }, task, quantum, why };
    },
    charge: ({ heap, offsets, tickets, pass, ticks }, _, more) => ({
      heap,
      offsets,
      tickets,
      pass,
      ticks: ticks + more,
    }),
    release(queue, task, why) {
      const distance = offsetOf(queue, task) + strides(task) - globalPass(queue);
      return count(queue, task, -1, why === "ended" ? undefined : distance);
    },
  };
}
