/** Round robin: one queue, first come, first served, and after its quantum a process goes to the end (OSTEP ch. 7; Tanenbaum, MOS 2.4.3). */
import { namePid, type Pid } from "../kernel/kernel.ts";
import type { Policy, Tick } from "./policy.ts";

/** @throws RangeError: the quantum is not a whole number of ticks, at least 1. */
export function roundRobin({ quantum = 4 }: { readonly quantum?: Tick } = {}): Policy<readonly Pid[]> {
  if (!Number.isSafeInteger(quantum) || quantum < 1) {
    throw new RangeError(`roundRobin: quantum must be a whole number of ticks, at least 1, not ${quantum}`);
  }
  return {
    name: `round robin, quantum ${quantum}`,
    init: () => [],
    admit: (queue, { pid }) => [...queue, pid],
    pick([pid, ...queue]) {
      if (pid === undefined) return null;
      const others = queue.length === 0 ? "the only one" : `the first of ${queue.length + 1}`;
      return { queue, pid, quantum, why: `${namePid(pid)} is ${others} in the queue` };
    },
  };
}
