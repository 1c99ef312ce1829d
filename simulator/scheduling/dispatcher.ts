/**
 * Who runs where: a policy's queue, the CPUs, quanta and preemption. The one piece that both drive which have a clock: engine.ts for the
 * jobs of a workload, drivers/clock.ts for programs. It knows neither; it tells its host what happens.
 */
import { createAsker, createCpu, mayUse, type Cpu, type Process } from "./cpu.ts";
import type { DispatcherOptions } from "./dispatcher-options.ts";
import type { AdmitReason, Asker, Pick, Policy, Reason, Task, Tick } from "./policy.ts";

export type DispatchEvent = "run" | "preempt" | "renew" | "switch";

export interface Host {
  event(kind: DispatchEvent, now: Tick, cpu: number, process: Process, why: Reason | null): void;
  /** `process` has another place with the policy. */
  moved?(now: Tick, process: Process, place: string): void;
  /** `process` begins to run on `cpu`. */
  started?(cpu: Cpu, now: Tick): void;
  /** How much of its burst a process gets done in some ticks; default: one per tick. */
  work?(cpu: Cpu, process: Process, ticks: Tick): number;
}

export interface Dispatcher {
  readonly cpus: readonly Cpu[];
  /** `process` has become ready. */
  admit(process: Process, why: "new" | "woken", now: Tick): void;
  /** Who runs on `cpu` stops, for a reason of its own. */
  leave(cpu: Cpu, why: "blocked" | "ended", now: Tick): void;
  /** Who runs on `cpu` goes back into the queue. */
  putBack(cpu: Cpu, why: "quantum" | "preempted" | "yielded", reason: Reason, now: Tick): void;
  /** The priority of `process` is another one now, wherever it is: everybody who may take a CPU for that is looked at. */
  prioritise(process: Process, why: Reason, now: Tick): void;
  /** Everybody whose quantum is used goes back into the queue. */
  expire(now: Tick): void;
  /** When a CPU may steal next; Infinity: there is nothing to steal, or it may at any time. */
  stealAt(now: Tick): Tick;
  /** When the policy wants to look at its queue. */
  reviewAt(now: Tick): Tick;
  /**
   * That look. While a CPU is switching it has to wait until the process there has run for a tick: otherwise two could take turns at being
   * switched to for ever. Gives the time up to which it has been put off; Infinity: it is done.
   */
  review(now: Tick): Tick;
  /** All that happens at this instant has been said: who takes a CPU, and whose. */
  decide(now: Tick): void;
  /** Charges `cpu`'s process with what it has run so far. */
  settle(cpu: Cpu, now: Tick): void;
}

export function createDispatcher<Queue>(policy: Policy<Queue>, host: Host, options: DispatcherOptions): Dispatcher {
  const { contextSwitch = 0, steal = true, keepCpu = policy.assignsCpus !== true } = options;
  const isPerCpu = options.queues === "per-cpu" && options.cpus > 1;
  const cpus = Array.from({ length: options.cpus }, (_, index) => createCpu(index));
  const queues = Array.from({ length: isPerCpu ? options.cpus : 1 }, () => policy.init());
  /** How many wait in each queue. */
  const waiting = queues.map(() => 0);
  const askers = cpus.map(({ index }) => createAsker(index));
  /** Those that have come and might take a CPU from somebody. */
  let candidates: Process[] = [];
  /** Everybody who has come and not ended, where their places are of interest. */
  const alive = new Set<Process>();
  let sequence = 0;
  /** When CPUs have stolen last at a multiple of `every`; at 0 nobody does. */
  let stolenAt: Tick = 0;
  /** Reasons for quanta of one length are the same reason. */
  let usedReason: Reason = "";
  let usedQuantum: Tick = -1;

  const { every = null, choose, moves = () => true } = typeof steal === "object" ? steal : {};
  const queueOf = (process: Process): number => (isPerCpu ? process.home : 0);

  function enqueue(process: Process, why: AdmitReason, now: Tick): void {
    settleAll(now);
    const index = queueOf(process);
    process.state = "ready";
    process.queued = sequence++;
    queues[index] = policy.admit(queues[index] as Queue, process, why, now);
    waiting[index] = (waiting[index] as number) + 1;
    if (policy.place) notePlace(process, now);
  }

  function notePlace(process: Process, now: Tick): void {
    const place = policy.place?.(queues[queueOf(process)] as Queue, process) ?? null;
    if (place === process.place) return;
    process.place = place;
    if (place !== null) host.moved?.(now, process, place);
  }

  function admit(process: Process, why: "new" | "woken", now: Tick): void {
    if (why === "new") {
      alive.add(process);
      if (isPerCpu) process.home = findHome(process);
    }
    enqueue(process, why, now);
    if (policy.preempts) candidates.push(process);
  }

  /** The CPU with the fewest processes, of those that it may use. */
  function findHome(process: Process): number {
    const load = ({ index, process: runs }: Cpu) => (waiting[index] as number) + (runs === null ? 0 : 1);
    return cpus
      .filter(({ index }) => mayUse(process, index))
      .reduce((best, cpu) => (load(cpu) < load(best) ? cpu : best)).index;
  }

  function settle(cpu: Cpu, now: Tick): void {
    const { process } = cpu;
    const ticks = now - cpu.since;
    if (process === null || cpu.switchEnd !== null || ticks <= 0) return;
    cpu.since = now;
    process.used += ticks;
    if (process.remaining !== null)
      process.remaining = Math.max(0, process.remaining - (host.work ? host.work(cpu, process, ticks) : ticks));
    if (!policy.charge) return;
    const index = queueOf(process);
    queues[index] = policy.charge(queues[index] as Queue, process, ticks, now);
  }

  /** A policy decides by what everybody has used up to now. */
  function settleAll(now: Tick): void {
    if (policy.charge) for (const cpu of cpus) settle(cpu, now);
  }

  function leave(cpu: Cpu, why: "blocked" | "ended", now: Tick): void {
    settle(cpu, now);
    settleAll(now);
    const process = cpu.process as Process;
    free(cpu);
    process.state = why;
    const index = queueOf(process);
    if (policy.release) queues[index] = policy.release(queues[index] as Queue, process, why, now);
    if (why === "ended") alive.delete(process);
  }

  function free(cpu: Cpu): void {
    cpu.last = cpu.process;
    cpu.process = null;
    cpu.quantumEnd = Infinity;
  }

  function putBack(cpu: Cpu, why: "quantum" | "preempted" | "yielded", reason: Reason, now: Tick): void {
    settle(cpu, now);
    const process = cpu.process as Process;
    // Who has only been switched to has not run, and does not stop.
    if (cpu.switchEnd === null) {
      cpu.vacated = process;
      cpu.vacatedWhy = reason;
      cpu.vacatedAs = why;
    }
    free(cpu);
    cpu.switchEnd = null;
    enqueue(process, why, now);
    // Its next job is another one; and whoever comes at the same instant may take this CPU while a worse one runs on another.
    if (policy.preempts && (why === "yielded" || (why === "quantum" && cpus.length > 1))) candidates.push(process);
  }

  function prioritise(process: Process, why: Reason, now: Tick): void {
    if (!policy.prioritise || (process.state !== "ready" && process.state !== "running")) return;
    const index = queueOf(process);
    const cpu = cpus.find((one) => one.process === process);
    if (cpu) settle(cpu, now);
    queues[index] = policy.prioritise(queues[index] as Queue, process, now);
    if (!policy.preempts) return;
    if (cpu) return putBack(cpu, "preempted", why, now);
    process.queued = sequence++;
    candidates.push(process);
  }

  function expire(now: Tick): void {
    for (const cpu of cpus) if (cpu.quantumEnd <= now) putBack(cpu, "quantum", sayUsed(cpu.quantum), now);
  }

  function sayUsed(quantum: Tick): Reason {
    if (quantum === usedQuantum) return usedReason;
    usedQuantum = quantum;
    return (usedReason = `quantum ${quantum} used`);
  }

  function listRunning(queue: number): readonly Process[] {
    // It is asked for at every instant, and a list that grows takes three times the memory.
    const alone = cpus.length === 1 ? (cpus[0] as Cpu).process : null;
    if (alone !== null) return [alone];
    const running: Process[] = [];
    for (const { process } of cpus) if (process !== null && queueOf(process) === queue) running.push(process);
    return running;
  }

  function reviewAt(now: Tick): Tick {
    if (!policy.reviewAt) return Infinity;
    for (const cpu of cpus) settle(cpu, now);
    let first = Infinity;
    for (let index = 0; index < queues.length; index += 1) {
      const at = policy.reviewAt(queues[index] as Queue, listRunning(index), now);
      if (at !== null && at < first) first = at;
    }
    if (!(first >= now)) throw new RangeError(`${policy.name}: reviewAt must not be before ${now}, as ${first} is`);
    return first;
  }

  function review(now: Tick): Tick {
    const busy = cpus.reduce((latest, { switchEnd }) => Math.max(latest, switchEnd ?? -1), -1);
    if (busy >= now) return busy + 1;
    if (!policy.review) return Infinity;
    for (const cpu of cpus) settle(cpu, now);
    for (const index of queues.keys()) {
      const reviewed = policy.review(queues[index] as Queue, listRunning(index), now);
      queues[index] = reviewed.queue;
      if (reviewed.challengers) {
        for (const task of reviewed.challengers as readonly Process[]) {
          task.queued = sequence++;
          candidates.push(task);
        }
        continue;
      }
      for (const cpu of cpus) {
        if (cpu.process === null || queueOf(cpu.process) !== index) continue;
        if (cpu.quantumEnd <= now) putBack(cpu, "quantum", sayUsed(cpu.quantum), now);
        else putBack(cpu, "preempted", reviewed.why, now);
      }
    }
    if (policy.place) for (const process of alive) notePlace(process, now);
    return Infinity;
  }

  function decide(now: Tick): void {
    if (isPerCpu && every !== null && now % every === 0 && now > stolenAt) {
      stolenAt = now;
      for (const cpu of cpus) if (waiting[cpu.index] === 0) stealFor(cpu, now);
    }
    fillAll(now);
    if (candidates.length > 0) checkCandidates(now);
    for (const cpu of cpus) {
      if (cpu.vacated !== null) stop(cpu, now);
      if (cpu.switchEnd !== null && cpu.switchEnd <= now) start(cpu, now);
    }
  }

  function fillAll(now: Tick): void {
    for (const cpu of cpus) while (cpu.process === null && fill(cpu, now) !== cpu.index);
  }

  /** Lets the policy choose for `cpu`; gives the CPU that the choice went to, which is `cpu` too where nobody was chosen. */
  function fill(cpu: Cpu, now: Tick): number {
    const pick = pickFor(cpu, now);
    if (pick === null) return cpu.index;
    const process = pick.task as Process;
    const target = keepCpu ? chooseCpu(cpu, process) : cpu;
    dispatch(target, process, pick, now);
    return target.index;
  }

  function pickFor(cpu: Cpu, now: Tick): Pick<Queue> | null {
    const index = isPerCpu ? cpu.index : 0;
    if (isPerCpu && waiting[index] === 0 && steal !== false && every === null) stealFor(cpu, now);
    // A queue in which nobody waits need not be asked.
    if (waiting[index] === 0) return null;
    return pickFrom(index, cpu, now);
  }

  function pickFrom(index: number, cpu: Cpu, now: Tick, moves?: (task: Task) => boolean): Pick<Queue> | null {
    const asker = askers[cpu.index] as Asker & { now: Tick };
    asker.now = now;
    const thief = moves && { ...asker, allows: (task: Task) => asker.allows(task) && moves(task) };
    const pick = policy.pick(queues[index] as Queue, thief ?? asker);
    if (pick === null) return null;
    queues[index] = pick.queue;
    waiting[index] = (waiting[index] as number) - 1;
    return pick;
  }

  function stealAt(now: Tick): Tick {
    if (!isPerCpu || every === null) return Infinity;
    // Chance is used up even where there is nothing to take.
    const isWanted = choose !== undefined || (waiting.includes(0) && waiting.some((count) => count > 0));
    return isWanted ? now - (now % every) + every : Infinity;
  }

  /** Moves a process from the chosen queue, or from the longest that has one for `cpu`, into its own. */
  function stealFor(cpu: Cpu, now: Tick): void {
    const others = [...queues.keys()].filter((index) => index !== cpu.index);
    const order = choose
      ? others.slice(choose(others.length)).slice(0, 1)
      : others.toSorted((a, b) => (waiting[b] as number) - (waiting[a] as number) || a - b);
    for (const index of order) {
      if (waiting[index] === 0) continue;
      const pick = pickFrom(index, cpu, now, moves);
      if (pick === null) continue;
      const process = pick.task as Process;
      // One queue loses it for good; to the other, it is new.
      if (policy.release) queues[index] = policy.release(queues[index] as Queue, process, "ended", now);
      process.home = cpu.index;
      enqueue(process, "new", now);
      return;
    }
  }

  /**
   * Where a process that `cpu` could take goes: to the CPU that it has just left or ran on last, if that is free. Otherwise it leaves a CPU
   * to whom it has just been taken from, as long as another one is idle.
   */
  function chooseCpu(cpu: Cpu, process: Process): Cpu {
    if (cpus.length === 1 || isPerCpu || cpu.vacated === process) return cpu;
    const isFree = ({ index, process: runs, vacated }: Cpu) =>
      runs === null && (vacated === null || vacated === process) && mayUse(process, index);
    const own = process.cpu === null ? null : (cpus[process.cpu] as Cpu);
    if (own && isFree(own)) return own;
    return cpu.vacated === null ? cpu : (cpus.find(isFree) ?? cpu);
  }

  function dispatch(cpu: Cpu, process: Process, { quantum, why }: Pick<Queue>, now: Tick): void {
    const isSame = cpu.vacated === process;
    const renews = isSame && cpu.vacatedAs !== "preempted";
    if (!isSame) stopOf(process, now);
    if (!isSame && cpu.vacated !== null) stop(cpu, now);
    cpu.vacated = null;
    process.state = "running";
    cpu.process = process;
    cpu.since = now;
    cpu.quantum = quantum;
    cpu.why = why;
    cpu.picked = sequence++;
    if (policy.place) notePlace(process, now);
    if (isSame) {
      cpu.quantumEnd = now + quantum;
      if (renews) host.event("renew", now, cpu.index, process, why);
      host.started?.(cpu, now);
    } else if (contextSwitch > 0 && cpu.last !== null && cpu.last !== process) {
      cpu.switchEnd = now + contextSwitch;
      host.event("switch", now, cpu.index, process, why);
      host.started?.(cpu, now);
    } else start(cpu, now);
  }

  function start(cpu: Cpu, now: Tick): void {
    const process = cpu.process as Process;
    cpu.switchEnd = null;
    cpu.since = now;
    cpu.quantumEnd = now + cpu.quantum;
    process.cpu = cpu.index;
    host.event("run", now, cpu.index, process, cpu.why);
    host.started?.(cpu, now);
  }

  /** Whoever has been put back from `cpu` does not run any more. */
  function stop(cpu: Cpu, now: Tick): void {
    const process = cpu.vacated as Process;
    cpu.vacated = null;
    host.event("preempt", now, cpu.index, process, cpu.vacatedWhy);
  }

  /** `process` is about to run on another CPU than the one that it has just been put back from. */
  function stopOf(process: Process, now: Tick): void {
    const before = process.cpu === null ? null : (cpus[process.cpu] as Cpu);
    if (before?.vacated === process) stop(before, now);
  }

  function checkCandidates(now: Tick): void {
    // Who loses its CPU may take another one's; a policy that contradicts itself would go round in a circle.
    const most = candidates.length + cpus.length * (cpus.length + 1);
    for (let index = 0; index < candidates.length && index < most; index += 1) {
      const process = candidates[index] as Process;
      if (process.state !== "ready") continue;
      const victim = findVictim(process, now);
      if (victim === null) continue;
      const { cpu, why } = victim;
      const loser = cpu.process as Process;
      putBack(cpu, "preempted", why, now);
      fillAll(now);
      // The place that it won may have gone to a better one that came with it.
      if (cpus.length > 1) candidates.push(loser, process);
    }
    // A CPU that is switching is looked at again when that is over.
    const isSwitching = contextSwitch > 0 && cpus.some(({ switchEnd }) => switchEnd !== null && switchEnd > now);
    candidates = isSwitching ? candidates.filter(({ state }) => state === "ready") : [];
  }

  /** The CPU that `ready` takes, of those whose processes were picked before it came: where the worst runs; of equals, its own. */
  function findVictim(ready: Process, now: Tick): { readonly cpu: Cpu; readonly why: Reason } | null {
    let worst: Cpu | null = null;
    let why: Reason = "";
    for (const cpu of cpus) {
      const { process } = cpu;
      if (process === null || cpu.picked > ready.queued || (cpu.switchEnd !== null && cpu.switchEnd > now)) continue;
      if (!mayUse(ready, cpu.index) || (isPerCpu && ready.home !== cpu.index)) continue;
      settle(cpu, now);
      const reason = policy.preempts?.(queues[queueOf(ready)] as Queue, process, ready, now) ?? null;
      if (reason === null || (worst !== null && !isWorse(cpu, worst, ready, now))) continue;
      worst = cpu;
      why = reason;
    }
    return worst && { cpu: worst, why };
  }

  function isWorse(cpu: Cpu, than: Cpu, ready: Process, now: Tick): boolean {
    const queue = queues[queueOf(ready)] as Queue;
    const loses = (loser: Cpu, winner: Cpu) =>
      (policy.preempts?.(queue, loser.process as Process, winner.process as Process, now) ?? null) !== null;
    return loses(cpu, than) || (cpu.index === ready.cpu && !loses(than, cpu));
  }

  return { cpus, admit, leave, putBack, prioritise, expire, stealAt, reviewAt, review, decide, settle };
}
