/** Priority inheritance: who has a mutex runs at the best priority of those that wait for it (PTHREAD_PRIO_INHERIT; Sha, Rajkumar, Lehoczky 1990). */
import { listProcesses, type Kernel, type Pid } from "../kernel/kernel.ts";
import type { Inherited } from "../kernel/mechanism.ts";
import { listShared, nameObject } from "./shared.ts";

/** Along chains too: who waits for one that waits lends its priority to both. */
export function findInherited(kernel: Kernel, priorityOf: (pid: Pid) => number): Map<Pid, Inherited> {
  const waiters = listWaiters(kernel);
  const inherited = new Map<Pid, Inherited>();
  for (const holder of waiters.keys()) {
    const best = findBest(holder, new Set());
    if (best.from !== holder) inherited.set(holder, best);
  }
  return inherited;

  function findBest(pid: Pid, seen: Set<Pid>): Inherited {
    seen.add(pid);
    let best: Inherited = { priority: priorityOf(pid), from: pid };
    for (const waiter of waiters.get(pid) ?? []) {
      if (seen.has(waiter)) continue;
      const lent = findBest(waiter, seen);
      if (lent.priority < best.priority) best = lent;
    }
    return best;
  }
}

/** By holder, who waits for a mutex of its that inherits. */
function listWaiters(kernel: Kernel): Map<Pid, Pid[]> {
  const waiters = new Map<Pid, Pid[]>();
  for (const mutex of listShared(kernel, "mutex")) {
    if (!mutex.inherit || mutex.owner === null) continue;
    const waiting = listProcesses(kernel).filter(({ blocked }) => blocked?.on === nameObject(mutex));
    waiters.set(mutex.owner, [...(waiters.get(mutex.owner) ?? []), ...waiting.map(({ pid }) => pid)]);
  }
  return waiters;
}
