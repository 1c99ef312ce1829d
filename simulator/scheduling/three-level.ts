/**
 * Three-level scheduling for batch systems (Tanenbaum and Woodhull 2.4.2): the admission scheduler lets jobs in, the memory scheduler keeps
 * some of them in memory and the others on disk, and the CPU scheduler, another policy, chooses among those in memory.
 *
 * Every `swapEvery` ticks the memory scheduler swaps, as long as a job on disk has a better mark than one in memory. Marks are made of
 * its four criteria: how long since the job was swapped in or out (on disk that speaks for it, in memory against it), how much CPU time
 * it had during its last stay in memory, how big it is, how important. Swapping itself takes no time here.
 */
import type { Pid } from "../kernel/kernel.ts";
import { checkWhole, WorkloadError } from "./check.ts";
import { because, type AdmitReason, type Pick, type Policy, type Task, type Tick } from "./policy.ts";
import { roundRobin } from "./round-robin.ts";
import { emptyTable, lookUp, setValue, type Table } from "./table.ts";
import { findFirst, insert, remove, type Tree } from "./tree.ts";

export interface ThreeLevelOptions {
  /** The CPU scheduler. Default: round robin with a quantum of 4. */
  readonly cpuScheduler?: Policy;
  /** How much fits into memory; with jobs of size 1 the degree of multiprogramming. Default 3. */
  readonly memory?: number;
  /** How many jobs are let in at a time. Default 5. */
  readonly admitted?: number;
  /** Who is let in next: who came first, whose first burst is the shortest, or long and short ones in turn. Default `arrival`. */
  readonly admission?: "arrival" | "shortest" | "mix";
  /** From how many ticks on a burst is long: its job is compute-bound. Default 10. */
  readonly longBurst?: Tick;
  /** Default 100. */
  readonly swapEvery?: Tick;
  /** How much each criterion counts: a tick, a tick, a unit of size, a unit of priority. Default 1 each. */
  readonly criteria?: Partial<Criteria>;
}

export interface Criteria {
  readonly swapped: number;
  readonly used: number;
  readonly size: number;
  readonly importance: number;
}

interface Standing {
  readonly task: Task;
  readonly place: "held" | "on disk" | "in memory";
  /** When it was swapped in or out, and what CPU time it had had when it was swapped in, and in its last stay. */
  readonly since: Tick;
  readonly usedBefore: Tick;
  readonly used: Tick;
  /** Ready or running. */
  readonly isReady: boolean;
  /** In the queue of the CPU scheduler, which cannot be told to give up a job: it is dropped when it is picked. */
  readonly isQueued: boolean;
}

export interface ThreeLevelQueue {
  readonly standings: Table<Standing>;
  /** Short and long ones, or all in the first. */
  readonly held: readonly [Tree, Tree];
  /** Whose turn it is to be let in, with `mix`. */
  readonly turn: 0 | 1;
  readonly admitted: number;
  /** The ready ones on disk, the best mark first. */
  readonly disk: Tree;
  readonly inMemory: readonly Pid[];
  readonly free: number;
  readonly inner: unknown;
}

/** @throws WorkloadError: an option is not a whole number in its range; on admission: a job is bigger than the memory. */
export function threeLevel({
  cpuScheduler = roundRobin({ quantum: 4 }),
  memory = 3,
  admitted = 5,
  admission = "arrival",
  longBurst = 10,
  swapEvery = 100,
  criteria,
}: ThreeLevelOptions = {}): Policy<ThreeLevelQueue> {
  for (const [option, value] of Object.entries({ memory, admitted, longBurst, swapEvery })) {
    checkWhole("three-level", option, value, 1);
  }
  if (!["arrival", "shortest", "mix"].includes(admission)) {
    throw new WorkloadError(`three-level: admission must be arrival, shortest or mix, not ${admission}`);
  }
  const counts: Criteria = { swapped: 1, used: 1, size: 1, importance: 1, ...criteria };

  const standingOf = ({ standings }: ThreeLevelQueue, pid: Pid): Standing => lookUp(standings, pid) as Standing;
  const setStanding = (queue: ThreeLevelQueue, standing: Standing): ThreeLevelQueue => ({
    ...queue,
    standings: setValue(queue.standings, standing.task.pid, standing),
  });

  /** What speaks against a job, whether it is in memory or not. */
  const weigh = ({ task, used }: Standing): number =>
    counts.used * used + counts.size * task.size + counts.importance * task.priority;
  /** The mark of one on disk rises with time as fast as every other's there, so their order stands. */
  const markOnDisk = (standing: Standing): number => -weigh(standing) - counts.swapped * standing.since;
  const markInMemory = (standing: Standing, now: Tick): number =>
    -weigh({ ...standing, used: standing.task.used - standing.usedBefore }) - counts.swapped * (now - standing.since);
  const toEntry = (standing: Standing) => ({
    task: standing.task,
    key: -markOnDisk(standing),
    first: standing.task.arrival,
    value: standing.task.size,
  });

  function hold(queue: ThreeLevelQueue, task: Task): ThreeLevelQueue {
    const length = task.burst ?? 0;
    const isLong = admission === "mix" && length >= longBurst;
    const entry = { task, key: admission === "shortest" ? length : task.arrival, first: task.arrival, value: 0 };
    const [short, long] = queue.held;
    return { ...queue, held: isLong ? [short, insert(long, entry)] : [insert(short, entry), long] };
  }

  function letIn(queue: ThreeLevelQueue, now: Tick): ThreeLevelQueue {
    const kind = queue.held[queue.turn] ? queue.turn : ((1 - queue.turn) as 0 | 1);
    const entry = findFirst(queue.held[kind]);
    if (!entry || queue.admitted >= admitted) return queue;
    const [short, long] = queue.held;
    const held: ThreeLevelQueue["held"] = kind === 0 ? [remove(short, entry), long] : [short, remove(long, entry)];
    const turn = admission === "mix" ? ((1 - kind) as 0 | 1) : 0;
    const standing = { ...standingOf(queue, entry.task.pid), place: "on disk" as const, since: now };
    const next = setStanding({ ...queue, held, turn, admitted: queue.admitted + 1 }, standing);
    return letIn({ ...next, disk: insert(next.disk, toEntry(standing)) }, now);
  }

  /** Brings in, best mark first, whoever fits into what is free. */
  function fillMemory(queue: ThreeLevelQueue, now: Tick): ThreeLevelQueue {
    const entry = findFirst(queue.disk, queue.free);
    return entry ? fillMemory(swapIn(queue, entry.task, now), now) : queue;
  }

  function swapIn(queue: ThreeLevelQueue, task: Task, now: Tick): ThreeLevelQueue {
    const standing = standingOf(queue, task.pid);
    const next = setStanding(
      {
        ...queue,
        disk: remove(queue.disk, toEntry(standing)),
        inMemory: [...queue.inMemory, task.pid],
        free: queue.free - task.size,
      },
      { ...standing, place: "in memory", since: now, usedBefore: task.used },
    );
    return enqueue(next, task, "woken", now);
  }

  /** Hands a job in memory to the CPU scheduler, unless that has it still. */
  function enqueue(queue: ThreeLevelQueue, task: Task, why: AdmitReason, now: Tick): ThreeLevelQueue {
    const standing = standingOf(queue, task.pid);
    if (standing.isQueued) return queue;
    const inner = cpuScheduler.admit(queue.inner, task, why, now);
    return setStanding({ ...queue, inner }, { ...standing, isQueued: true });
  }

  function swapOut(queue: ThreeLevelQueue, standing: Standing, now: Tick): ThreeLevelQueue {
    const { task, usedBefore } = standing;
    const out: Standing = { ...standing, place: "on disk", since: now, used: task.used - usedBefore };
    const inMemory = queue.inMemory.filter((pid) => pid !== task.pid);
    const runs = standing.isReady && !standing.isQueued;
    const inner = (runs ? cpuScheduler.release?.(queue.inner, task, "blocked", now) : null) ?? queue.inner;
    const next = setStanding({ ...queue, inMemory, free: queue.free + task.size, inner }, out);
    return out.isReady ? { ...next, disk: insert(next.disk, toEntry(out)) } : next;
  }

  /** Swaps as long as somebody on disk has a better mark than those who would have to make room. */
  function swap(queue: ThreeLevelQueue, now: Tick): ThreeLevelQueue {
    const best = findFirst(queue.disk);
    if (!best) return queue;
    const mark = counts.swapped * now - best.key;
    const worse = queue.inMemory
      .map((pid) => standingOf(queue, pid))
      .filter((standing) => standing.since < now && markInMemory(standing, now) < mark)
      .toSorted((a, b) => markInMemory(a, now) - markInMemory(b, now) || a.task.pid - b.task.pid);
    let next = queue;
    for (const standing of worse) {
      if (next.free >= best.task.size) break;
      next = swapOut(next, standing, now);
    }
    return next.free < best.task.size ? queue : swap(swapIn(next, best.task, now), now);
  }

  return {
    name: `three levels, ${cpuScheduler.name} in memory`,
    ...(cpuScheduler.defaultPriority !== undefined && { defaultPriority: cpuScheduler.defaultPriority }),
    ...(cpuScheduler.arrivalAtQuantumEnd && { arrivalAtQuantumEnd: cpuScheduler.arrivalAtQuantumEnd }),
    init: () => ({
      standings: emptyTable,
      held: [null, null],
      turn: 0,
      admitted: 0,
      disk: null,
      inMemory: [],
      free: memory,
      inner: cpuScheduler.init(),
    }),
    admit(queue, task, why, now) {
      if (why === "new") {
        if (task.size > memory) {
          throw new WorkloadError(
            `three-level: ${task.name} needs ${task.size} of memory, but there are ${memory}; make memory larger`,
          );
        }
        const standing = {
          task,
          place: "held",
          since: now,
          usedBefore: 0,
          used: 0,
          isReady: true,
          isQueued: false,
        } as const;
        return fillMemory(letIn(hold(setStanding(queue, standing), task), now), now);
      }
      const before = standingOf(queue, task.pid);
      const standing = before.isReady ? before : { ...before, isReady: true };
      const next = before.isReady ? queue : setStanding(queue, standing);
      if (standing.place === "in memory") return enqueue(next, task, why, now);
      // One that ran when it was swapped out stands there already.
      return why === "woken" ? fillMemory({ ...next, disk: insert(next.disk, toEntry(standing)) }, now) : next;
    },
    pick(queue, asker) {
      let left = queue;
      for (;;) {
        const pick: Pick<unknown> | null = cpuScheduler.pick(left.inner, asker);
        if (!pick) return null;
        const standing = { ...standingOf(left, pick.task.pid), isQueued: false };
        left = setStanding({ ...left, inner: pick.queue }, standing);
        if (standing.place === "in memory") return { ...pick, queue: left };
        const inner = cpuScheduler.release?.(left.inner, pick.task, "blocked", asker.now) ?? left.inner;
        left = { ...left, inner };
      }
    },
    preempts: (queue, running, ready, now) =>
      standingOf(queue, ready.pid).place === "in memory"
        ? (cpuScheduler.preempts?.(queue.inner, running, ready, now) ?? null)
        : null,
    charge: (queue, task, ticks, now) => ({
      ...queue,
      inner: cpuScheduler.charge?.(queue.inner, task, ticks, now) ?? queue.inner,
    }),
    release(queue, task, why, now) {
      const inner = cpuScheduler.release?.(queue.inner, task, why, now) ?? queue.inner;
      const standing = { ...standingOf(queue, task.pid), isReady: false };
      const next = setStanding({ ...queue, inner }, standing);
      if (why === "blocked") return next;
      const inMemory = next.inMemory.filter((pid) => pid !== task.pid);
      const freed = { ...next, inMemory, free: next.free + task.size, admitted: next.admitted - 1 };
      return fillMemory(letIn(freed, now), now);
    },
    reviewAt(queue, running, now) {
      const inner = cpuScheduler.reviewAt?.(queue.inner, running, now) ?? Infinity;
      const own = queue.disk ? now - (now % swapEvery) + swapEvery : Infinity;
      return Math.min(inner, own) === Infinity ? null : Math.min(inner, own);
    },
    review(queue, running, now) {
      const swapped = now % swapEvery === 0 ? swap(queue, now) : queue;
      const why = because`the memory scheduler swaps every ${swapEvery} ticks`;
      // Should the CPU scheduler want to look, too: to it, only those run that have not been swapped.
      const stay = running.filter(({ pid }) => {
        const { place, isQueued } = standingOf(swapped, pid);
        return place === "in memory" && !isQueued;
      });
      if (cpuScheduler.reviewAt?.(queue.inner, running, now - 1) !== now) return { queue: swapped, why };
      const reviewed = cpuScheduler.review?.(swapped.inner, stay, now);
      return reviewed ? { queue: { ...swapped, inner: reviewed.queue }, why: reviewed.why } : { queue: swapped, why };
    },
    place: (queue, task) => standingOf(queue, task.pid).place,
  };
}
