/**
 * Multilevel feedback queues with the five rules of OSTEP ch. 8, and to the tick what its program mlfq.py does:
 * 1, 2: the highest queue that is not empty runs, round robin; 3: a new job starts on top; 4: who has used its allotment goes down, however
 * often it gave up the CPU meanwhile; 5: after every `boost` ticks all jobs go to the top.
 */
import { checkWhole, WorkloadError } from "./check.ts";
import { isAhead, listLevel, putAhead, putBack, putLast, takeHighest, type Levels } from "./levels.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";
import { emptyTable, lookUp, setValue, type Table } from "./table.ts";

export interface MlfqOptions {
  /** Ticks that a job may run at a time; an array: per level, the highest first. Default 1. */
  readonly quantum?: Tick | readonly Tick[];
  /** Quanta on a level before a job goes down; an array: per level. Default 1. */
  readonly allotment?: number | readonly number[];
  /** How many levels there are, where no array says so: at most 100. Default 3. */
  readonly levels?: number;
  /** Ticks from boost to boost; 0 = never. Default 0. */
  readonly boost?: Tick;
  /** Rules 4a and 4b, which a clever job can game: who waits for I/O before its quantum is used starts afresh on its level. Default false. */
  readonly stay?: boolean;
  /** Whether a job whose I/O is done goes to the head of its queue, before the one that runs. Default false. */
  readonly ioBump?: boolean;
}

const mostLevels = 100;

/** What a job has left. Ticks and quanta survive a wait, unless `stay` says otherwise. */
interface Standing {
  /** 0 is the highest. */
  readonly level: number;
  /** Its CPU time when its quantum will be used. */
  readonly end: Tick;
  readonly quanta: number;
  /** Of how many boosts it knows. */
  readonly boosts: number;
  /** A boost has put it into the queue while it ran. */
  readonly isPlaced: boolean;
}

export interface MlfqQueue {
  readonly levels: Levels;
  readonly standings: Table<Standing>;
  readonly boosts: number;
}

/**
 * At the instant at which a quantum ends, the job goes to the end of its queue before arrivals do, since OSTEP's program has it so.
 * @throws WorkloadError: an option is not a whole number in its range, or the arrays differ in length.
 */
export function mlfq({
  quantum = 1,
  allotment = 1,
  levels: count = [quantum, allotment].find((option) => typeof option === "object")?.length ?? 3,
  boost = 0,
  stay = false,
  ioBump = false,
}: MlfqOptions = {}): Policy<MlfqQueue> {
  checkWhole("mlfq", "levels", count, 1, mostLevels);
  checkWhole("mlfq", "boost", boost, 0);
  const quanta = perLevel("quantum", quantum, count);
  const allotments = perLevel("allotment", allotment, count);

  const names = Array.from({ length: count }, (_, level) => `queue ${count - 1 - level}`);
  const nameLevel = (level: number): string => names[level] ?? "";

  const enter = (level: number, { used }: Task, boosts: number, isPlaced = false): Standing => ({
    level,
    end: used + (quanta[level] ?? 1),
    quanta: allotments[level] ?? 1,
    boosts,
    isPlaced,
  });

  function standingOf({ standings, boosts }: MlfqQueue, task: Task): Standing {
    const standing = lookUp(standings, task.pid);
    return standing?.boosts === boosts ? standing : enter(0, task, boosts);
  }

  /** The queue with what is new: the levels, and where the task stands. */
  const change = (queue: MlfqQueue, levels: Levels, { pid }: Task, standing: Standing): MlfqQueue => ({
    levels,
    standings: lookUp(queue.standings, pid) === standing ? queue.standings : setValue(queue.standings, pid, standing),
    boosts: queue.boosts,
  });

  /** Counts a quantum that is used up: against the allotment, and that is what takes a job down. */
  function endQuantum(standing: Standing, task: Task): Standing {
    const { level, quanta: left, boosts } = standing;
    if (left === 1) return enter(Math.min(level + 1, count - 1), task, boosts);
    return { ...standing, end: task.used + (quanta[level] ?? 1), quanta: left - 1 };
  }

  return {
    name: count === 1 ? "multilevel feedback, 1 queue" : `multilevel feedback, ${count} queues`,
    arrivalAtQuantumEnd: "last",
    init: () => ({ levels: null, standings: emptyTable, boosts: 0 }),
    admit(queue, task, why) {
      let standing = standingOf(queue, task);
      if (standing.isPlaced) return change(queue, queue.levels, task, { ...standing, isPlaced: false });
      if (standing.end <= task.used) standing = endQuantum(standing, task);
      const put = why === "preempted" ? putBack : why === "woken" && ioBump ? putAhead : putLast;
      return change(queue, put(queue.levels, standing.level, task), task, standing);
    },
    pick(queue, { allows }) {
      const taken = takeHighest(queue.levels, allows);
      if (!taken) return null;
      const { level, task, levels } = taken;
      const standing = standingOf(queue, task);
      const quantum = standing.end - task.used;
      const why = because`${task.name} is the first in ${nameLevel(level)}, the highest where somebody waits; ${quantum} left of its quantum`;
      return { queue: change(queue, levels, task, standing), task, quantum, why };
    },
    preempts(queue, running, ready) {
      const runs = standingOf(queue, running).level;
      const waits = standingOf(queue, ready).level;
      if (waits < runs) {
        return because`${ready.name} is in ${nameLevel(waits)}, above ${running.name} in ${nameLevel(runs)}`;
      }
      if (waits > runs || !isAhead(queue.levels, ready)) return null;
      return because`the I/O of ${ready.name} is done, so it goes to the head of ${nameLevel(waits)}`;
    },
    release(queue, task, why) {
      if (why === "ended") return { ...queue, standings: setValue<Standing>(queue.standings, task.pid, undefined) };
      const standing = standingOf(queue, task);
      const started = stay ? enter(standing.level, task, standing.boosts) : standing;
      // Also with `stay` a quantum that ends together with the burst counts: so has it mlfq.py.
      return change(queue, queue.levels, task, standing.end <= task.used ? endQuantum(started, task) : started);
    },
    reviewAt: (_, __, now) => (boost === 0 ? null : now - (now % boost) + boost),
    review(queue, running) {
      const boosts = queue.boosts + 1;
      const levelOf = (task: Task) => standingOf(queue, task).level;
      // Below the highest queue the lowest is emptied first, and who runs still stands at the head of its own.
      const order = [0, ...Array.from({ length: count - 1 }, (_, index) => count - 1 - index)];
      let levels: Levels = null;
      for (const level of order) {
        const tasks = running.filter((task) => levelOf(task) === level).concat(listLevel(queue.levels, level));
        for (const task of tasks) levels = putLast(levels, 0, task);
      }
      let { standings } = queue;
      for (const task of running) standings = setValue(standings, task.pid, enter(0, task, boosts, true));
      return {
        queue: { levels, standings, boosts },
        why: because`every ${boost} ticks all jobs go to ${nameLevel(0)}`,
      };
    },
    place: (queue, task) => nameLevel(standingOf(queue, task).level),
  };
}

function perLevel(option: string, value: number | readonly number[], levels: number): readonly number[] {
  const values = typeof value === "number" ? Array.from({ length: levels }, () => value) : value;
  if (values.length !== levels) {
    throw new WorkloadError(
      `mlfq: ${option} has ${values.length} levels, but there are ${levels}; give a number or one per level`,
    );
  }
  for (const each of values) checkWhole("mlfq", option, each, 1);
  return values;
}
