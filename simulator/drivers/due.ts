/** What happens by itself when its time has come: timeouts that are over, stores that reach the memory. */
import { findOccurrence, findTransition, type Transition } from "../kernel/core.ts";
import { listProcesses, type Kernel, type Pid } from "../kernel/kernel.ts";
import type { Tick } from "../scheduling/policy.ts";
import type { Choice, Situation } from "./driver.ts";

/** The timeout that is over; of several, the one that was due first. */
export function findTimeout({ kernel, deadlines }: Situation, now: Tick): Choice | null {
  if (deadlines.size === 0) return null;
  let first: readonly [Pid, Tick] | null = null;
  for (const entry of deadlines) if (entry[1] <= now && (!first || entry[1] < first[1])) first = entry;
  if (!first) return null;
  const [key] = first;
  return happen(key < 0 ? findOccurrence(kernel, -key, "alarm") : findTransition(kernel, key));
}

/** Nobody is ready: the clock goes on to the next timeout. */
export const findNextTimeout = (situation: Situation): Choice | null =>
  findTimeout(situation, Math.min(...situation.deadlines.values()));

/**
 * Stores that reach the memory before anybody makes a step: those of a process that has left its CPU, and those that have waited for two of
 * its steps. So nobody sees a store buffer on one CPU, and everybody on two.
 */
export function createFlushes() {
  /** Steps of a process since a store of its own has been waiting in its buffer. */
  const waited = new Map<Pid, number>();
  return {
    observe(kernel: Kernel, { pid, action }: Transition): void {
      if (kernel.memoryModel === "sc") return;
      if (action === "flush" || !findOccurrence(kernel, pid, "flush")) waited.delete(pid);
      else waited.set(pid, (waited.get(pid) ?? 0) + 1);
    },
    find(kernel: Kernel, isRunning: (pid: Pid) => boolean): Choice | null {
      if (kernel.memoryModel === "sc") return null;
      for (const { pid } of listProcesses(kernel)) {
        const flush = isRunning(pid) && (waited.get(pid) ?? 0) < 2 ? null : findOccurrence(kernel, pid, "flush");
        if (flush) return happen(flush);
      }
      return null;
    },
  };
}

function happen(transition: Transition): Choice;
function happen(transition: Transition | null): Choice | null;
function happen(transition: Transition | null): Choice | null {
  return transition && { transition, cpu: 0, why: "", preempts: "" };
}
