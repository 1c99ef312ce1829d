/** CPUs with a clock: a policy says who runs where, in each tick every CPU makes one step, timeouts come when they are due. */
import { findTransition, type Transition } from "../kernel/core.ts";
import { findProcess, namePid, type Kernel, type Pid, type StepEvent } from "../kernel/kernel.ts";
import { findInheritance, type Inherited } from "../kernel/mechanism.ts";
import type { Cpu, Process } from "../scheduling/cpu.ts";
import { createDispatcher, type DispatchEvent } from "../scheduling/dispatcher.ts";
import { sayReason, type Policy, type Reason, type Tick } from "../scheduling/policy.ts";
import { checkCpus, type Choice, type Driver, type Situation } from "./driver.ts";
import { createFlushes, findNextTimeout, findTimeout } from "./due.ts";

/** One that has become ready since the tick began. */
interface Arrival {
  readonly process: Process;
  readonly why: "new" | "woken";
  readonly at: Tick;
}

export interface ClockOptions {
  /** 1 to 8; default 1. */
  readonly cpus?: number;
  /**
   * By role (`main.1`), smaller is better, as policies have it; POSIX's real-time priorities count the other way. Who is not in it has the
   * priority of its parent, as after fork(2) and pthread_create(3); default: the policy's.
   */
  readonly priorities?: Readonly<Record<string, number>>;
}

/** @throws RangeError: a priority is no number. */
export function clockDriver<Queue>(policy: Policy<Queue>, options: ClockOptions = {}): Driver {
  const { priorities = {} } = options;
  const cpus = checkCpus(options.cpus);
  for (const [role, priority] of Object.entries(priorities))
    if (!Number.isFinite(priority))
      throw new RangeError(`priorities: that of ${role} must be a number, not ${priority}`);
  const processes = new Map<Pid, Process>();
  const dispatcher = createDispatcher(policy, { event: note }, { cpus });
  const isArrivalFirst = policy.arrivalAtQuantumEnd !== "last";
  /** Their own priorities, and those that they have from others. */
  const own = new Map<Pid, number>();
  const ownOf = (pid: Pid): number => own.get(pid) ?? policy.defaultPriority ?? 0;
  let inherited: ReadonlyMap<Pid, Inherited> = new Map();
  /** The kernel at the tick before. */
  let before: Kernel | null = null;
  let arrivals: Arrival[] = [];
  /** The CPUs that have their step of this tick still before them. */
  let round: Cpu[] = [];
  let reviewAt: Tick = Infinity;
  const flushes = createFlushes();
  /** Why who runs where, and who stopped why, since the last choice. */
  const whys = new Map<Pid, string>();
  let stops: { readonly pid: Pid; readonly cpu: number; readonly why: string }[] = [];

  function note(kind: DispatchEvent, _: Tick, cpu: number, { pid, name }: Process, why: Reason | null): void {
    if (kind === "run") whys.set(pid, sayReason(why ?? "") + sayInherited(pid));
    if (kind === "preempt") stops.push({ pid, cpu, why: `${name} preempted: ${sayReason(why ?? "")}` });
  }

  function sayInherited(pid: Pid): string {
    const lent = policy.prioritise && inherited.get(pid);
    return lent ? `; it runs at priority ${lent.priority}, inherited from ${namePid(lent.from)}` : "";
  }

  function choose(situation: Situation): Choice | null {
    const { kernel, now } = situation;
    if (round.length === 0) {
      const due = findTimeout(situation, now);
      if (due) return due;
      beginTick(kernel, now);
      const flush = flushes.find(kernel, (pid) => dispatcher.cpus.some(({ process }) => process?.pid === pid));
      if (flush) {
        round = [];
        return flush;
      }
    }
    const cpu = round.shift();
    return cpu ? chooseStep(kernel, cpu) : findNextTimeout(situation);
  }

  /** The same order as in engine.ts. */
  function beginTick(kernel: Kernel, now: Tick): void {
    if (kernel !== before) inherit(kernel, now);
    if (!isArrivalFirst) dispatcher.expire(now);
    if (reviewAt <= now) dispatcher.review(now);
    for (const { process, why, at } of arrivals) {
      process.ready = at;
      dispatcher.admit(process, why, now);
    }
    arrivals = [];
    if (isArrivalFirst) dispatcher.expire(now);
    dispatcher.decide(now);
    reviewAt = dispatcher.reviewAt(now);
    // A policy that plans for all CPUs at once looks at its queue before anybody runs.
    if (reviewAt <= now) {
      dispatcher.review(now);
      dispatcher.decide(now);
      reviewAt = Math.max(now + 1, dispatcher.reviewAt(now));
    }
    round = dispatcher.cpus.filter(({ process }) => process !== null);
  }

  /** Who begins or ceases to run at another's priority, because that one waits for what it has. */
  function inherit(kernel: Kernel, now: Tick): void {
    const isSame = before?.shared === kernel.shared && before.sleepers === kernel.sleepers;
    before = kernel;
    const find = isSame ? null : findInheritance();
    if (!find) return;
    inherited = find(kernel, ownOf);
    for (const process of processes.values()) {
      const priority = inherited.get(process.pid)?.priority ?? ownOf(process.pid);
      if (process.priority === priority) continue;
      process.priority = priority;
      dispatcher.prioritise(process, `its priority is ${priority} again`, now);
    }
  }

  function chooseStep(kernel: Kernel, { index, process }: Cpu): Choice {
    const { pid } = process as Process;
    const transition = findTransition(kernel, pid);
    if (!transition) throw new Error(`the policy chose ${namePid(pid)}, which cannot run`);
    const why = whys.get(pid) ?? "";
    const preempts = stops.find(({ cpu, pid: stopped }) => cpu === index && stopped !== pid)?.why ?? "";
    const others = stops.filter(({ cpu, pid: stopped }) => cpu !== index || stopped === pid);
    whys.delete(pid);
    stops = [];
    return { transition, cpu: index, why, preempts, ...(others.length > 0 ? { stops: others } : {}) };
  }

  function observe(taken: Transition | null, events: readonly StepEvent[], { now, kernel }: Situation): void {
    if (taken) flushes.observe(kernel, taken);
    for (const event of events) {
      const { kind, pid } = event;
      if (kind === "start") {
        own.set(pid, priorities[event.role] ?? ownOf(event.parent ?? 0));
        processes.set(pid, createProcess(pid, now, cpus, ownOf(pid)));
      }
      const process = processes.get(pid);
      if (!process) continue;
      const cpu = dispatcher.cpus.find((one) => one.process === process);
      const stops = kind === "block" || kind === "exit" || (kind === "signal" && event.action === "stop");
      if (cpu && stops) dispatcher.leave(cpu, kind === "exit" ? "ended" : "blocked", now);
      const wakes = kind === "wake" || (kind === "signal" && event.action === "continue");
      if (kind === "start") arrivals.push({ process, why: "new", at: now });
      else if (wakes && findProcess(kernel, pid)?.state === "ready") arrivals.push({ process, why: "woken", at: now });
    }
  }

  return { cpus, choose, observe, isTickOver: () => round.length === 0 };
}

const createProcess = (pid: Pid, now: Tick, cpus: number, priority: number): Process => ({
  pid,
  name: namePid(pid),
  arrival: now,
  ready: now,
  used: 0,
  burst: null,
  remaining: null,
  priority,
  nice: 0,
  tickets: 100,
  user: "user",
  size: 1,
  slice: null,
  period: null,
  relativeDeadline: null,
  deadline: null,
  cpu: null,
  state: "new",
  allowed: (1 << cpus) - 1,
  home: 0,
  queued: 0,
  place: null,
});
