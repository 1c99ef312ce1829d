/**
 * MINIX 3.4, in which a server decides (servers/sched/schedule.c): 16 queues, 0 the best. `Job.priority` is the queue; a user's process
 * begins in 7, or where its nice value puts it, and may sink to 15. A tick is a millisecond.
 *
 * Who has used its quantum, 200 ms, goes a queue down, to the end, with a new one. Who is preempted goes to the head with the rest of its
 * quantum; who was blocked, to the end with the rest. Every five seconds whoever stands lower than it began goes a queue up, to the end,
 * with a whole quantum.
 */
import { checkWhole } from "./check.ts";
import { listLevel, putBack, putLast, takeHighest, type Levels } from "./levels.ts";
import { findQueue, nameQueue } from "./minix31.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";
import { emptyTable, lookUp, setValue, type Table } from "./table.ts";

export interface Minix34Options {
  /** Default 200. */
  readonly quantum?: Tick;
  /** Ticks from balancing to balancing; 0 = never. Default 5000. */
  readonly balance?: Tick;
}

interface Standing {
  readonly level: number;
  /** Its CPU time when its quantum will be used. */
  readonly end: Tick;
  /** Of how many balancings it knows. */
  readonly balances: number;
  /** Balancing has put it into the queue while it ran. */
  readonly isPlaced: boolean;
}

export interface Minix34Queue {
  readonly levels: Levels;
  readonly standings: Table<Standing>;
  readonly balances: number;
}

const queues = 16;
const lowest = queues - 1;

/** @throws WorkloadError: an option is not a whole number in its range; on admission: a priority is not a queue from 0 to 15. */
export function minix34({ quantum = 200, balance = 5_000 }: Minix34Options = {}): Policy<Minix34Queue> {
  checkWhole("minix34", "quantum", quantum, 1);
  checkWhole("minix34", "balance", balance, 0);

  const findFirst = (task: Task): number => findQueue("minix34", task, lowest);

  /** Where a task stands, after the balancings that it slept through. */
  function standingOf({ standings, balances }: Minix34Queue, task: Task): Standing {
    const known = lookUp(standings, task.pid);
    if (!known) return { level: findFirst(task), end: task.used + quantum, balances, isPlaced: false };
    return known.balances === balances ? known : balanceOne(known, task, balances);
  }

  function balanceOne(standing: Standing, task: Task, balances: number): Standing {
    const { level, end, isPlaced } = standing;
    const first = findFirst(task);
    if (level <= first) return { level, end, balances, isPlaced };
    return {
      level: Math.max(first, level - (balances - standing.balances)),
      end: task.used + quantum,
      balances,
      isPlaced,
    };
  }

  const endQuantum = (standing: Standing, { used }: Task): Standing =>
    standing.end > used ? standing : { ...standing, level: Math.min(standing.level + 1, lowest), end: used + quantum };

  /** The queue with what is new: the levels, and where the task stands. */
  const change = (queue: Minix34Queue, levels: Levels, { pid }: Task, standing: Standing): Minix34Queue => ({
    levels,
    standings: lookUp(queue.standings, pid) === standing ? queue.standings : setValue(queue.standings, pid, standing),
    balances: queue.balances,
  });

  return {
    name: "MINIX 3.4",
    defaultPriority: 7,
    init: () => ({ levels: null, standings: emptyTable, balances: 0 }),
    admit(queue, task, why) {
      const before = standingOf(queue, task);
      if (before.isPlaced) return change(queue, queue.levels, task, { ...before, isPlaced: false });
      const standing = endQuantum(before, task);
      const put = why === "preempted" && standing === before ? putBack : putLast;
      return change(queue, put(queue.levels, standing.level, task), task, standing);
    },
    pick(queue, { allows }) {
      const taken = takeHighest(queue.levels, allows);
      if (!taken) return null;
      const { level, task, levels } = taken;
      const standing = standingOf(queue, task);
      const left = standing.end - task.used;
      const why = because`${task.name} is at the head of queue ${level}, the best where somebody is ready; ${left} ticks left of its quantum`;
      return { queue: change(queue, levels, task, standing), task, quantum: left, why };
    },
    preempts(queue, running, ready) {
      const runs = standingOf(queue, running).level;
      const waits = standingOf(queue, ready).level;
      return waits < runs ? because`${ready.name} is ready in queue ${waits}, which is better than ${runs}` : null;
    },
    release: (queue, task, why) =>
      why === "ended" ? { ...queue, standings: setValue<Standing>(queue.standings, task.pid, undefined) } : queue,
    reviewAt: (_, __, now) => (balance === 0 ? null : now - (now % balance) + balance),
    review(queue, running) {
      const balances = queue.balances + 1;
      const stays = (task: Task) => standingOf(queue, task).level === findFirst(task);
      const waiting = Array.from({ length: queues }, (_, level) => listLevel(queue.levels, level)).flat();
      let balanced: Minix34Queue = { ...queue, levels: null, balances };
      const put = (task: Task, isPlaced: boolean) => {
        const standing = { ...balanceOne(endQuantum(standingOf(queue, task), task), task, balances), isPlaced };
        balanced = change(balanced, putLast(balanced.levels, standing.level, task), task, standing);
      };
      for (const task of waiting.filter(stays)) put(task, false);
      // In the order of the process table; whoever runs, too.
      const ran = running.filter((task) => !stays(task) || standingOf(queue, task).end <= task.used);
      const raised = [...waiting.filter((task) => !stays(task)), ...ran].toSorted((a, b) => a.pid - b.pid);
      for (const task of raised) put(task, ran.includes(task));
      return { queue: balanced, why: because`every ${balance} ticks who stands lower than it began goes a queue up` };
    },
    place: (queue, task) => nameQueue(standingOf(queue, task).level),
  };
}
