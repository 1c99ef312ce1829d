/**
 * What shortest job first and shortest remaining time next share: an order of those that wait, by what is left of their bursts. Where
 * nobody knows that, as with programs, it is guessed (burst-estimate.ts).
 */
import { ageEstimate, checkEstimate, type EstimateOptions } from "./burst-estimate.ts";
import { addToHeap, takeBest, type Heap } from "./heap.ts";
import { because, type Policy, type Reason, type Task, type Tick } from "./policy.ts";
import { emptyTable, lookUp, setValue, type Table } from "./table.ts";

export interface ShortestOptions {
  /** Who is first of those that are equally short: who became ready first (default); who runs already; who stands first in the list. */
  readonly tie?: "arrival" | "running" | "id";
  /** Guess all bursts, also those that are known. Default: only unknown ones. */
  readonly estimate?: EstimateOptions;
}

interface Waiting {
  readonly task: Task;
  readonly length: number;
}

/** What is guessed of a process, and how much of its burst it has had. */
interface Guess {
  readonly length: number;
  readonly had: Tick;
}

export interface ShortestQueue {
  readonly heap: Heap<Waiting> | null;
  readonly guesses: Table<Guess>;
}

export function shortest(name: string, isPreemptive: boolean, options: ShortestOptions): Policy<ShortestQueue> {
  const { tie = "arrival", estimate } = options;
  const { weight, first } = checkEstimate(estimate ?? {});
  const nothing: Guess = { length: first, had: 0 };
  const mustGuess = ({ remaining }: Task): boolean => remaining === null || estimate !== undefined;

  const order = (a: Waiting, b: Waiting): number =>
    a.length - b.length || (tie === "arrival" ? a.task.ready - b.task.ready : 0) || a.task.pid - b.task.pid;

  function measure({ guesses }: ShortestQueue, task: Task): number {
    if (!mustGuess(task)) return task.remaining as Tick;
    const { length, had } = lookUp(guesses, task.pid) ?? nothing;
    return Math.max(0, length - had);
  }

  function change(queue: ShortestQueue, { pid }: Task, next: (guess: Guess) => Guess): ShortestQueue {
    return { ...queue, guesses: setValue(queue.guesses, pid, next(lookUp(queue.guesses, pid) ?? nothing)) };
  }

  return {
    name,
    init: () => ({ heap: null, guesses: emptyTable }),
    admit: (queue, task) => ({
      heap: addToHeap(queue.heap, { task, length: measure(queue, task) }, order),
      guesses: queue.guesses,
    }),
    pick({ heap, guesses }, { allows }) {
      const best = takeBest(heap, order, ({ task }) => allows(task));
      if (best === null) return null;
      const { task } = best.item;
      const why = sayChoice(best.item, heap?.length ?? 0, best.rest?.item ?? null);
      return { queue: { heap: best.rest, guesses }, task, quantum: Infinity, why };
    },
    ...(isPreemptive && {
      preempts(queue: ShortestQueue, running: Task, ready: Task) {
        const [left, length] = [measure(queue, running), measure(queue, ready)];
        if (length < left) return because`${ready.name} came with ${say(length)} left, ${running.name} has ${left}`;
        if (length > left || tie !== "id" || ready.pid > running.pid) return null;
        return because`${ready.name} and ${running.name} both have ${say(length)} left, and ${ready.name} stands first in the list`;
      },
    }),
    charge: (queue, task, ticks) =>
      mustGuess(task) ? change(queue, task, ({ length, had }) => ({ length, had: had + ticks })) : queue,
    release: (queue, task) =>
      mustGuess(task)
        ? change(queue, task, ({ length, had }) => ({ length: ageEstimate(length, had, weight), had: 0 }))
        : queue,
  };

  function sayChoice({ task, length }: Waiting, count: number, next: Waiting | null): Reason {
    if (next === null) return because`the only one in the queue: ${say(length)}`;
    const guessed = mustGuess(task) ? " (guessed)" : "";
    if (order(next, { task, length }) < 0) return because`shortest that may run on this CPU: ${say(length)}${guessed}`;
    if (next.length > length) return because`shortest of ${count}: ${say(length)}${guessed}`;
    const rule = tie === "arrival" && task.ready < next.task.ready ? "came" : "stands in the list";
    return because`shortest of ${count}: ${say(length)}${guessed}, and ${rule} before ${next.task.name}`;
  }
}

const said: string[] = [];

/** Few lengths come again and again. */
const say = (ticks: number): string =>
  ticks < 1_000 && Number.isInteger(ticks) ? (said[ticks] ??= sayTicks(ticks)) : sayTicks(ticks);

const sayTicks = (ticks: number): string => (ticks === 1 ? "1 tick" : `${ticks} ticks`);
