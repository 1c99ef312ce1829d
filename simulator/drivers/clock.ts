/** A CPU with a clock: a policy says who runs, each step takes a tick, timeouts come when they are due. */
import { findTransition, type Transition } from "../kernel/core.ts";
import { findProcess, namePid, type Kernel, type Pid, type StepEvent } from "../kernel/kernel.ts";
import type { AdmitReason, Policy, Task, Tick } from "../scheduling/policy.ts";
import type { Choice, Driver, Situation } from "./driver.ts";

const cpu = 0;

export function clockDriver<Queue>(policy: Policy<Queue>): Driver {
  const used = new Map<Pid, Tick>();
  let queue = policy.init(1);
  let current: { readonly pid: Pid; readonly quantum: Tick; used: Tick } | null = null;
  /** Why the running process has to leave although its quantum is not used. */
  let preempted: string | null = null;

  const taskOf = (pid: Pid): Task => ({ pid, used: used.get(pid) ?? 0 });
  const admit = (pid: Pid, why: AdmitReason) => {
    queue = policy.admit(queue, taskOf(pid), why);
  };

  function choose({ kernel, now, running, deadlines }: Situation): Choice | null {
    const due = findDue(kernel, deadlines, now);
    if (due) return { transition: due, cpu, why: "", preempts: "" };
    const runs = running[cpu] ?? null;
    const leaves = runs === null ? null : endTurn(runs);
    if (runs !== null && leaves === null) return choosePid(kernel, runs, "", "");
    const pick = policy.pick(queue, cpu);
    if (!pick) return waitForTimeout(kernel, deadlines);
    queue = pick.queue;
    current = { pid: pick.pid, quantum: pick.quantum, used: 0 };
    return choosePid(kernel, pick.pid, pick.why, leaves ?? "");
  }

  /** Puts the running process back into the queue where its turn is over, and says why. */
  function endTurn(pid: Pid): string | null {
    if (!current) return null;
    const isOver = current.used >= current.quantum;
    const why = isOver ? `quantum ${current.quantum} used` : preempted;
    preempted = null;
    if (why === null) return null;
    admit(pid, isOver ? "quantum" : "preempted");
    return `${namePid(pid)} preempted: ${why}`;
  }

  function observe(
    transition: Transition | null,
    events: readonly StepEvent[],
    { running, now, kernel }: Situation,
  ): void {
    const runs = running[cpu] ?? null;
    for (const event of events) {
      if (event.kind === "start") admit(event.pid, "new");
      const wakes = event.kind === "wake" || (event.kind === "signal" && event.action === "continue");
      if (!wakes || findProcess(kernel, event.pid)?.state !== "ready") continue;
      if (runs !== null) preempted ??= policy.preempts?.(queue, taskOf(runs), taskOf(event.pid)) ?? null;
      admit(event.pid, "woken");
    }
    if (transition && transition.action !== "timeout") countTick(transition.pid, now);
  }

  function countTick(pid: Pid, now: Tick): void {
    used.set(pid, (used.get(pid) ?? 0) + 1);
    if (current) current.used += 1;
    if (policy.tick) queue = policy.tick(queue, taskOf(pid), now);
  }

  return { choose, observe };
}

function choosePid(kernel: Kernel, pid: Pid, why: string, preempts: string): Choice {
  const transition = findTransition(kernel, pid);
  if (!transition) throw new Error(`the policy chose ${namePid(pid)}, which cannot run`);
  return { transition, cpu, why, preempts };
}

/** The timeout that is over; of several, the one that was due first. */
function findDue(kernel: Kernel, deadlines: Situation["deadlines"], now: Tick): Transition | null {
  let first: readonly [Pid, Tick] | null = null;
  for (const entry of deadlines) if (entry[1] <= now && (!first || entry[1] < first[1])) first = entry;
  return first && findTransition(kernel, first[0]);
}

/** Nobody is ready: the clock goes on to the next timeout. */
function waitForTimeout(kernel: Kernel, deadlines: Situation["deadlines"]): Choice | null {
  const next = findDue(kernel, deadlines, Math.min(...deadlines.values()));
  return next && { transition: next, cpu, why: "", preempts: "" };
}
