/** One CPU that everybody has in turn: the same as the clock with round robin, as small as that can be. */
import { findTransition, type Transition } from "../kernel/core.ts";
import { findProcess, namePid, type Pid, type StepEvent } from "../kernel/kernel.ts";
import { sayFirst } from "../scheduling/queue.ts";
import { sayReason } from "../scheduling/policy.ts";
import { createFlushes, findNextTimeout, findTimeout } from "./due.ts";
import type { Choice, Driver, Situation } from "./driver.ts";

/** `quantum`: how many calls each may make before the next one's turn. */
export function turnsDriver(quantum = 4): Driver {
  /** Who is ready and waits for the CPU, longest first. */
  const queue: Pid[] = [];
  const flushes = createFlushes();
  let current: Pid | null = null;
  let left = 0;
  let why = "";
  let preempts = "";

  function choose(situation: Situation): Choice | null {
    const { kernel, now } = situation;
    const due = findTimeout(situation, now);
    if (due) return due;
    if (current === null || left === 0) takeTurns();
    const flush = flushes.find(kernel, (pid) => pid === current);
    if (flush) return flush;
    if (current === null) return findNextTimeout(situation);
    const transition = findTransition(kernel, current);
    if (!transition) throw new Error(`it is the turn of ${namePid(current)}, which cannot run`);
    left -= 1;
    const choice = { transition, cpu: 0, why, preempts };
    why = preempts = "";
    return choice;
  }

  function takeTurns(): void {
    const before = current;
    if (before !== null) queue.push(before);
    const rule = sayFirst(queue.length);
    current = queue.shift() ?? null;
    left = quantum;
    if (current === before) return;
    why = sayReason(rule);
    preempts = before === null ? "" : `${namePid(before)} preempted: quantum ${quantum} used`;
  }

  function observe(taken: Transition | null, events: readonly StepEvent[], { kernel }: Situation): void {
    if (taken) flushes.observe(kernel, taken);
    for (const event of events) {
      const { kind, pid } = event;
      const isSignal = kind === "signal";
      if (kind === "block" || kind === "exit" || (isSignal && event.action === "stop")) {
        if (pid === current) current = null;
      } else if (kind === "start") queue.push(pid);
      else if (kind === "wake" || (isSignal && event.action === "continue"))
        if (findProcess(kernel, pid)?.state === "ready") queue.push(pid);
    }
  }

  return { choose, observe };
}
