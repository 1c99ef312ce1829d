/** Round robin: one queue, first come, first served, and after its quantum a process goes to the end (OSTEP ch. 7; Tanenbaum, MOS 2.4.3). */
import { checkWhole } from "./check.ts";
import type { Policy, Task, Tick } from "./policy.ts";
import { emptyFifo, push, sayFirst, takeFirst, type Fifo } from "./queue.ts";

/** `quantum`: default 1. @throws WorkloadError: it is not a whole number, at least 1. */
export function roundRobin({ quantum = 1 }: { readonly quantum?: Tick } = {}): Policy<Fifo<Task>> {
  checkWhole("roundRobin", "quantum", quantum, 1);
  return {
    name: `round robin, quantum ${quantum}`,
    init: () => emptyFifo,
    admit: push,
    pick(queue, { allows }) {
      const taken = takeFirst(queue, allows);
      if (taken === null) return null;
      const { item: task, rest } = taken;
      return { queue: rest, task, quantum, why: sayFirst(queue.length) };
    },
  };
}
