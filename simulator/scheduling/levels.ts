/** Queues one above the other, as multilevel feedback and MINIX have them: a value; each operation costs O(levels with somebody). */
import type { Task } from "./policy.ts";
import { emptyFifo, listFifo, push, takeFirst, unshift, type Fifo } from "./queue.ts";

/** The levels where somebody waits, the highest, with the smallest number, first. */
export type Levels = Level | null;

interface Level {
  readonly level: number;
  /** Those who were put ahead of everybody, the one that runs and may be put back included. */
  readonly ahead: Fifo<Task>;
  readonly queue: Fifo<Task>;
  readonly below: Levels;
}

/** At the end of its queue. */
export function putLast(levels: Levels, level: number, task: Task): Levels {
  if (!levels || levels.level > level) return { level, ahead: emptyFifo, queue: push(emptyFifo, task), below: levels };
  const { level: own, ahead, queue, below } = levels;
  if (own < level) return { level: own, ahead, queue, below: putLast(below, level, task) };
  return { level, ahead, queue: push(queue, task), below };
}

/** Back where it was when it was taken: at the head, but behind those who were put ahead since. */
export function putBack(levels: Levels, level: number, task: Task): Levels {
  if (!levels || levels.level > level) return putLast(levels, level, task);
  const { level: own, ahead, queue, below } = levels;
  if (own < level) return { level: own, ahead, queue, below: putBack(below, level, task) };
  return { level, ahead, queue: unshift(queue, task), below };
}

/** At the head, before the one that has been taken and may be put back. */
export function putAhead(levels: Levels, level: number, task: Task): Levels {
  if (!levels || levels.level > level)
    return { level, ahead: unshift(emptyFifo, task), queue: emptyFifo, below: levels };
  const { level: own, ahead, queue, below } = levels;
  if (own < level) return { level: own, ahead, queue, below: putAhead(below, level, task) };
  return { level, ahead: unshift(ahead, task), queue, below };
}

export interface Highest {
  readonly levels: Levels;
  readonly level: number;
  readonly task: Task;
}

/**
 * Takes out the first of those that are allowed: the highest level, and there who is at the head. Whoever was ahead on that level stands
 * in the queue from then on: behind the one that has been taken, should it be put back.
 */
export function takeHighest(levels: Levels, allows: (task: Task) => boolean): Highest | null {
  if (!levels) return null;
  const { level, ahead, below } = levels;
  const queue =
    ahead.length === 0
      ? levels.queue
      : [...listFifo(ahead)].reduceRight((line, task) => unshift(line, task), levels.queue);
  const taken = takeFirst(queue, allows);
  if (taken) {
    const rest = taken.rest.length === 0 ? below : { level, ahead: emptyFifo, queue: taken.rest, below };
    return { levels: rest, level, task: taken.item };
  }
  const lower = takeHighest(below, allows);
  return lower && { ...lower, levels: { ...levels, below: lower.levels } };
}

/** Whether this task is before everybody on its level, the one that runs included. */
export function isAhead(levels: Levels, task: Task): boolean {
  for (let at = levels; at; at = at.below) if (at.ahead.front?.item === task) return true;
  return false;
}

/** All that wait on a level, in order. */
export function listLevel(levels: Levels, level: number): Task[] {
  for (let at = levels; at; at = at.below)
    if (at.level === level) return [...listFifo(at.ahead), ...listFifo(at.queue)];
  return [];
}
