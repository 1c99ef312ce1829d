/**
 * The Completely Fair Scheduler as OSTEP ch. 9 has it, which was Linux's up to 6.5: the smallest virtual runtime runs. It gets a part of
 * `latency` by its weight, but not less than `minGranularity`, and is not interrupted meanwhile. A new task, and one that has slept, begins
 * at the smallest virtual runtime at least: sleep cannot be saved up.
 */
import { checkWhole } from "./check.ts";
import { addToHeap, takeBest, type Heap } from "./heap.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";
import { emptyTable, lookUp, setValue, type Table } from "./table.ts";
import { niceZeroPace, paceOf, weighNice } from "./weights.ts";

export interface CfsOptions {
  /** In how many ticks everybody should have run once. Default 48. */
  readonly latency?: Tick;
  /** The least slice. Default 6. */
  readonly minGranularity?: Tick;
  /** Who goes first of those with equal virtual runtimes: who came first, or, otherwise, who stands first in the list. Default `arrival`. */
  readonly tie?: "arrival" | "running" | "id";
}

interface Waiting {
  readonly task: Task;
  readonly runtime: number;
}

export interface CfsQueue {
  readonly heap: Heap<Waiting> | null;
  /** A virtual runtime, as `paceOf` counts, is what stands here and the CPU time of the task at its pace. */
  readonly offsets: Table<number>;
  /** Of all that are ready or run. */
  readonly weight: number;
  /** The smallest virtual runtime; it never falls. */
  readonly least: number;
}

/** @throws WorkloadError: an option is not a whole number, at least 1; on admission: a nice value is not from -20 to 19. */
export function cfs({ latency = 48, minGranularity = 6, tie = "arrival" }: CfsOptions = {}): Policy<CfsQueue> {
  checkWhole("fair", "latency", latency, 1);
  checkWhole("fair", "minGranularity", minGranularity, 1);

  const order = (a: Waiting, b: Waiting): number =>
    a.runtime - b.runtime || (tie === "arrival" ? a.task.arrival - b.task.arrival : 0) || a.task.pid - b.task.pid;
  const virtualOf = ({ used, nice }: Task): number => used * paceOf(nice);
  const runtimeOf = ({ offsets }: CfsQueue, task: Task): number => (lookUp(offsets, task.pid) ?? 0) + virtualOf(task);
  const say = (runtime: number): number => Math.round((runtime * 100) / niceZeroPace) / 100;

  return {
    name: `completely fair scheduler, latency ${latency}`,
    init: () => ({ heap: null, offsets: emptyTable, weight: 0, least: 0 }),
    admit(queue, task, why) {
      const { heap, offsets, weight, least } = queue;
      if (why !== "new" && why !== "woken") {
        return { heap: addToHeap(heap, { task, runtime: runtimeOf(queue, task) }, order), offsets, weight, least };
      }
      const runtime = Math.max(runtimeOf(queue, task), least);
      return {
        heap: addToHeap(heap, { task, runtime }, order),
        offsets: setValue(offsets, task.pid, runtime - virtualOf(task)),
        weight: weight + weighNice(task.nice),
        least,
      };
    },
    pick(queue, { allows }) {
      const taken = takeBest(queue.heap, order, ({ task }) => allows(task));
      if (!taken) return null;
      const { task, runtime } = taken.item;
      const quantum = Math.max(minGranularity, Math.round((latency * weighNice(task.nice)) / queue.weight));
      const why = because`${task.name} has the smallest virtual runtime, ${say(runtime)}; by its weight, ${weighNice(task.nice)} of ${queue.weight}, its slice is ${quantum}`;
      const { offsets, weight, least } = queue;
      return { queue: { heap: taken.rest, offsets, weight, least: Math.max(least, runtime) }, task, quantum, why };
    },
    charge(queue, task) {
      const { heap, offsets, weight } = queue;
      const runtime = runtimeOf(queue, task);
      const least = Math.max(queue.least, Math.min(runtime, heap?.item.runtime ?? runtime));
      return { heap, offsets, weight, least };
    },
    release: (queue, task, why) => ({
      ...queue,
      weight: queue.weight - weighNice(task.nice),
      offsets: why === "ended" ? setValue<number>(queue.offsets, task.pid, undefined) : queue.offsets,
    }),
  };
}
