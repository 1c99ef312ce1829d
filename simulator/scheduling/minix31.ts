/**
 * MINIX 3.1, the system of the book (Tanenbaum and Woodhull, 3rd ed., 2.7; kernel/proc.c of 3.1.0): 16 queues in the kernel, 0 the best,
 * 15 for IDLE alone. `Job.priority` is the queue; a user's process is in 7, or where its nice value puts it. A tick is 1/60 s.
 *
 * Who comes with time left goes to the head of its queue, and runs at once unless a better queue has somebody: also in front of the one
 * that runs there, also a new process. Who has used its quantum goes to the end, and if it also was the last one to use one up, a queue
 * down; if another was, a queue up, but never above the one where it began. The kernel's tasks (queue 0) run without a quantum.
 * Not modelled: a user also pays for the ticks that servers work for it, and a child shares its parent's quantum.
 */
import type { Pid } from "../kernel/kernel.ts";
import { checkWhole } from "./check.ts";
import { isAhead, putAhead, putBack, putLast, takeHighest, type Levels } from "./levels.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";
import { emptyTable, lookUp, setValue, type Table } from "./table.ts";

export interface Minix31Options {
  /** Ticks of a user's process. Default 8. */
  readonly quantum?: Tick;
}

interface Standing {
  readonly level: number;
  /** Its CPU time when its quantum will be used. */
  readonly end: Tick;
}

export interface Minix31Queue {
  readonly levels: Levels;
  readonly standings: Table<Standing>;
  /** Who was the last to use its quantum up (`prev_ptr`). */
  readonly last: Pid | null;
}

const idle = 15;
const user = 7;
const lowest = idle - 1;

/** kernel/table.c: terminal, memory, log and disk drivers are in queues 1 and 2, the process manager and the file system in 3 and 4. */
const driverQuantum = 4;
const serverQuantum = 32;

/** @throws WorkloadError: the quantum is not a whole number, at least 1; on admission: a priority is not a queue from 0 to 14. */
export function minix31({ quantum = 8 }: Minix31Options = {}): Policy<Minix31Queue> {
  checkWhole("minix31", "quantum", quantum, 1);

  const quantumOf = (first: number): Tick =>
    first === 0 ? Infinity : first <= 2 ? driverQuantum : first < user ? serverQuantum : quantum;

  function standingOf({ standings }: Minix31Queue, task: Task): Standing {
    const known = lookUp(standings, task.pid);
    if (known) return known;
    const level = findQueue("minix31", task, lowest);
    return { level, end: task.used + quantumOf(level) };
  }

  /** `sched()`: a new quantum, and another queue. */
  function endQuantum(queue: Minix31Queue, task: Task, level: number): Standing {
    const first = findQueue("minix31", task, lowest);
    const next = level + (queue.last === task.pid ? 1 : -1);
    return { level: Math.min(Math.max(next, first), lowest), end: task.used + quantumOf(first) };
  }

  return {
    name: "MINIX 3.1",
    defaultPriority: user,
    init: () => ({ levels: null, standings: emptyTable, last: null }),
    admit({ levels, standings, last }, task, why) {
      const standing = standingOf({ levels, standings, last }, task);
      const { level } = standing;
      if (standing.end > task.used) {
        const put = why === "preempted" ? putBack : putAhead;
        const known = why === "new" ? setValue(standings, task.pid, standing) : standings;
        return { levels: put(levels, level, task), standings: known, last };
      }
      const renewed = endQuantum({ levels, standings, last }, task, level);
      return {
        levels: putLast(levels, renewed.level, task),
        standings: setValue(standings, task.pid, renewed),
        last: task.pid,
      };
    },
    pick(queue, { allows }) {
      const taken = takeHighest(queue.levels, allows);
      if (!taken) return null;
      const { level, task, levels } = taken;
      const quantum = standingOf(queue, task).end - task.used;
      const why = because`${task.name} is at the head of queue ${level}, the best where somebody is ready; ${sayTicks(quantum)}`;
      return { queue: { levels, standings: queue.standings, last: queue.last }, task, quantum, why };
    },
    preempts(queue, running, ready) {
      const runs = standingOf(queue, running).level;
      const waits = standingOf(queue, ready).level;
      if (waits < runs) return because`${ready.name} is ready in queue ${waits}, which is better than ${runs}`;
      if (waits > runs || !isAhead(queue.levels, ready)) return null;
      return because`${ready.name} has time left, so it goes to the head of queue ${waits}`;
    },
    release: (queue, task, why) =>
      why === "ended" ? { ...queue, standings: setValue<Standing>(queue.standings, task.pid, undefined) } : queue,
    place: (queue, task) => nameQueue(standingOf(queue, task).level),
  };
}

const queueNames = Array.from({ length: idle + 1 }, (_, level) => `queue ${level}`);

/** Where MINIX says that a process stands. */
export const nameQueue = (level: number): string => queueNames[level] ?? "";

const sayTicks = (ticks: Tick): string =>
  ticks === Infinity ? "it has no quantum" : `${ticks} ticks left of its quantum`;

/**
 * The queue in which MINIX puts a process first: its priority, or, where that is a user's, what its nice value makes of it (PRIO_MIN -20
 * and PRIO_MAX 20 are spread over the queues).
 * @throws WorkloadError: there is no such queue for processes.
 */
export function findQueue(policy: string, { name, priority, nice }: Task, worst: number): number {
  checkWhole(policy, `the priority of ${name}, a queue,`, priority, 0, worst);
  return priority === user ? Math.floor(((nice + 20) * (worst + 1)) / 41) : priority;
}
