/** First come, first served: one queue, and nobody has to leave the CPU (OSTEP ch. 7; Tanenbaum, MOS 2.4.2). */
import type { Policy, Task } from "./policy.ts";
import { emptyFifo, push, sayFirst, takeFirst, type Fifo } from "./queue.ts";

export const fcfs = (): Policy<Fifo<Task>> => ({
  name: "first come, first served",
  init: () => emptyFifo,
  admit: push,
  pick(queue, { allows }) {
    const taken = takeFirst(queue, allows);
    if (taken === null) return null;
    const { item: task, rest } = taken;
    return { queue: rest, task, quantum: Infinity, why: sayFirst(queue.length) };
  },
});
