/** Signals on their way to a thread (signal(7), kernel/signal.c): who takes one, and what it does there and then. Acting on it is delivery.ts's. */
import type { SignalAction, SignalInfo } from "../../schema/calls/process.ts";
import { SA_NOCLDSTOP } from "../../schema/calls/process-constants.ts";
import { numberSignal, type Signal } from "../../schema/signal.ts";
import {
  commonOf,
  findProcess,
  getGroup,
  getProcess,
  INIT,
  listThreads,
  namePid,
  updateCommon,
  updateProcess,
  updateSignals,
  type Common,
  type Draft,
  type End,
  type Kernel,
  type PendingSignal,
  type Pid,
  type Process,
} from "./kernel.ts";
import { MAX_QUEUED_SIGNALS } from "./limits.ts";
import { wake, wakeAll } from "./sleep.ts";

const ignored: ReadonlySet<Signal> = new Set(["SIGCHLD", "SIGURG", "SIGWINCH"]);
const stopping: ReadonlySet<Signal> = new Set(["SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"]);
/** These leave a core: they are acted on in their turn, and do not end a process the moment that they come. */
const dumping: ReadonlySet<Signal> = new Set([
  "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGSYS", "SIGXCPU", "SIGXFSZ",
]); // prettier-ignore

export type DefaultAction = "terminate" | "ignore" | "stop" | "continue";

/** What `signal` does to a process that has not said otherwise. */
export function defaultAction(signal: Signal): DefaultAction {
  if (ignored.has(signal)) return "ignore";
  if (stopping.has(signal)) return "stop";
  return signal === "SIGCONT" ? "continue" : "terminate";
}

/** What a process has said that `signal` shall do. */
export function actionOf({ dispositions }: Common, signal: Signal): SignalAction {
  const action = dispositions[signal] ?? "SIG_DFL";
  return typeof action === "string" ? { handler: action } : action;
}

export const hasFlag = ({ flags = 0 }: SignalAction, flag: number): boolean => (flags & flag) !== 0;

/** Whether `signal`, sent to such a process now, changes nothing: not even a blocked one would wait. */
export function isIgnored(common: Common, signal: Signal): boolean {
  const { handler } = actionOf(common, signal);
  return handler === "SIG_IGN" || (handler === "SIG_DFL" && defaultAction(signal) === "ignore");
}

const fromKernel = (signal: Signal): SignalInfo => ({ signal, code: "SI_KERNEL", pid: 0, value: 0 });

/** Sends a signal to the process of `pid`. False: too many wait already (EAGAIN). */
export function raise(draft: Draft, pid: Pid, signal: Signal, info: SignalInfo = fromKernel(signal)): boolean {
  return send(draft, getGroup(draft.kernel, getProcess(draft.kernel, pid)), null, info);
}

/** Sends a signal to one thread; what it does by default it does to the whole process. */
export function raiseThread(draft: Draft, pid: Pid, signal: Signal, info: SignalInfo = fromKernel(signal)): boolean {
  const thread = getProcess(draft.kernel, pid);
  return send(draft, getGroup(draft.kernel, thread), thread, info);
}

function send(draft: Draft, group: Process, thread: Process | null, info: SignalInfo): boolean {
  const { signal } = info;
  const { common } = group;
  if (common.threads.length === 0 || common.exiting) return true;
  if (stopping.has(signal)) drop(draft, group.pid, (other) => other === "SIGCONT");
  const resumed = signal === "SIGCONT" && resume(draft, group);
  const holds = (thread ?? group).signals.mask.includes(signal);
  if (isIgnored(common, signal) && !holds) {
    draft.events.push({ kind: "signal", pid: (thread ?? group).pid, signal, action: "ignore" });
    return true;
  }
  if (signal === "SIGCONT" && actionOf(common, signal).handler === "SIG_DFL" && !holds) {
    if (!resumed) draft.events.push({ kind: "signal", pid: (thread ?? group).pid, signal, action: "ignore" });
    return true;
  }
  const owner = getProcess(draft.kernel, (thread ?? group).pid);
  const queue = (thread ? owner.signals : owner.common).pending;
  const isRealTime = signal.startsWith("SIGRT");
  if (!isRealTime && queue.some((waiting) => waiting.signal === signal)) return true;
  if (queue.length >= MAX_QUEUED_SIGNALS) return false;
  const target = findTarget(draft, group.pid, thread, signal);
  if (target && isFatal(group, target, signal)) {
    beginEnd(draft, group.pid, { exitStatus: null, termSignal: signal }, `${signal} is pending`);
    return true;
  }
  const added = [...queue, { signal, info, target: target?.pid ?? null }];
  (thread ? updateSignals : updateCommon)(draft, owner.pid, { pending: added });
  if (target?.state === "blocked") wake(draft, target.pid, `${signal} is pending`);
  return true;
}

/** Linux ends a process at once where nothing else could come of the signal, whatever waits already. */
const isFatal = (group: Process, target: Process, signal: Signal): boolean =>
  actionOf(group.common, signal).handler === "SIG_DFL" &&
  defaultAction(signal) === "terminate" &&
  !dumping.has(signal) &&
  !waitsFor(target, signal);

/**
 * The threads that may take `signal`, the one that Linux wakes first: the first thread if it can, but one with nothing else to act on
 * before others. POSIX leaves open which it is.
 */
export function listTakers(kernel: Kernel, group: Process, signal: Signal): readonly Process[] {
  const takers = listThreads(kernel, group).filter((thread) => accepts(thread, signal));
  return [...takers.filter((thread) => !hasSignal(kernel, thread)), ...takers.filter((one) => hasSignal(kernel, one))];
}

function findTarget(draft: Draft, group: Pid, thread: Process | null, signal: Signal): Process | undefined {
  if (thread) return accepts(getProcess(draft.kernel, thread.pid), signal) ? thread : undefined;
  const takers = listTakers(draft.kernel, getProcess(draft.kernel, group), signal);
  return takers[draft.choice % takers.length];
}

const accepts = (thread: Process, signal: Signal): boolean =>
  (!thread.signals.mask.includes(signal) || waitsFor(thread, signal)) &&
  (thread.state !== "stopped" || signal === "SIGKILL");

/** Whether the thread sleeps in sigwait and its like for `signal`. */
function waitsFor({ call, inside }: Process, signal: Signal): boolean {
  const set: unknown = inside && call?.name.startsWith("sig") ? call.args[0] : null;
  return Array.isArray(set) && call?.name !== "sigsuspend" && set.includes(signal);
}

/** Whether the thread has to act on something before its program goes on. */
export function hasSignal(kernel: Kernel, thread: Process): boolean {
  const { told, pending, mask } = thread.signals;
  if (told || pending.some(({ signal }) => !mask.includes(signal))) return true;
  const { common } = getGroup(kernel, thread);
  return common.exiting !== null || common.pending.some((one) => mayTake(thread, one));
}

const mayTake = ({ pid, signals: { mask } }: Process, { signal, target }: PendingSignal): boolean =>
  !mask.includes(signal) && (target === null || target === pid);

const synchronous: ReadonlySet<Signal> = new Set(["SIGSEGV", "SIGBUS", "SIGILL", "SIGTRAP", "SIGFPE", "SIGSYS"]);
const rank = (signal: Signal): number => (synchronous.has(signal) ? 0 : (numberSignal(signal) ?? 0));

/** Takes the signal that is next for a thread: its own first; faults before others, then by number, then as they came. */
export function dequeue(
  draft: Draft,
  pid: Pid,
  isWanted: (waiting: PendingSignal) => boolean = (waiting) => mayTake(getProcess(draft.kernel, pid), waiting),
): PendingSignal | null {
  const thread = getProcess(draft.kernel, pid);
  const { pending } = thread.signals;
  const own = chooseNext(pending, isWanted);
  if (own) updateSignals(draft, pid, { pending: without(pending, own) });
  if (own) return own;
  const { pending: shared } = commonOf(draft.kernel, thread);
  const next = chooseNext(shared, isWanted);
  if (next) updateCommon(draft, thread.group, { pending: without(shared, next) });
  return next;
}

type Queue = readonly PendingSignal[];
const chooseNext = (queue: Queue, isWanted: (waiting: PendingSignal) => boolean): PendingSignal | null =>
  queue.filter(isWanted).toSorted((a, b) => rank(a.signal) - rank(b.signal))[0] ?? null;
const without = (queue: Queue, taken: PendingSignal): Queue => queue.filter((waiting) => waiting !== taken);

/** Forgets what waits for a process and its threads. */
export function drop(draft: Draft, group: Pid, isMeant: (signal: Signal) => boolean): void {
  const keep = (queue: readonly PendingSignal[]) => queue.filter(({ signal }) => !isMeant(signal));
  const { pending: shared, threads } = getProcess(draft.kernel, group).common;
  if (shared.length > 0) updateCommon(draft, group, { pending: keep(shared) });
  for (const pid of threads) {
    const { pending } = getProcess(draft.kernel, pid).signals;
    if (pending.length > 0) updateSignals(draft, pid, { pending: keep(pending) });
  }
}

/** A thread does not take `signals` any more: what waits for it goes to another thread that does. */
export function retarget(draft: Draft, pid: Pid): void {
  const { signals, group } = getProcess(draft.kernel, pid);
  const { mask } = signals;
  const { pending: shared } = getProcess(draft.kernel, group).common;
  if (!shared.some(({ signal, target }) => target === pid && mask.includes(signal))) return;
  const moved: PendingSignal[] = [];
  for (const waiting of shared) {
    const { signal, info, target: before } = waiting;
    const isMeant = before === pid && mask.includes(signal);
    const target = isMeant ? findTarget(draft, group, null, signal) : undefined;
    if (target?.state === "blocked") wake(draft, target.pid, `${signal} is pending`);
    moved.push(isMeant ? { signal, info, target: target?.pid ?? null } : waiting);
  }
  updateCommon(draft, group, { pending: moved });
}

/** SIGCONT: all threads go on, whatever becomes of the signal. Whether any had stopped. */
function resume(draft: Draft, group: Process): boolean {
  drop(draft, group.pid, (signal) => stopping.has(signal));
  let resumed = false;
  for (const { pid, state, signals } of listThreads(draft.kernel, getProcess(draft.kernel, group.pid))) {
    if (signals.told?.kind === "stop") updateSignals(draft, pid, { told: null });
    if (state !== "stopped") continue;
    resumed = true;
    updateProcess(draft, pid, { state: "ready" });
    draft.events.push({ kind: "signal", pid, signal: "SIGCONT", action: "continue" });
  }
  if (resumed) tellParent(draft, group.pid, "continued", "SIGCONT");
  return resumed;
}

/** A process has stopped or goes on: its parent may wait for that, and gets SIGCHLD. */
export function tellParent(draft: Draft, pid: Pid, kind: "stopped" | "continued", signal: Signal): void {
  updateCommon(draft, pid, { news: { kind, signal } });
  const { parent } = getProcess(draft.kernel, pid);
  if (parent === INIT) return;
  const father = getProcess(draft.kernel, parent);
  if (!hasFlag(actionOf(father.common, "SIGCHLD"), SA_NOCLDSTOP))
    notifyParent(draft, parent, {
      signal: "SIGCHLD",
      code: kind === "stopped" ? "CLD_STOPPED" : "CLD_CONTINUED",
      pid,
      value: 0,
    });
  wakeAll(draft, `children of ${parent}`, `${namePid(pid)} has ${kind}`);
  wakeAll(draft, `child ${pid}`, `${namePid(pid)} has ${kind}`);
}

/** SIGCHLD; one that would be ignored by default leaves no trace. */
export function notifyParent(draft: Draft, parent: Pid, info: SignalInfo): void {
  const father = findProcess(draft.kernel, parent);
  if (!father || (isIgnored(father.common, "SIGCHLD") && !father.signals.mask.includes("SIGCHLD"))) return;
  raise(draft, parent, "SIGCHLD", info);
}

/** From now on the process ends: each of its threads does so in a step of its own. */
export function beginEnd(draft: Draft, group: Pid, end: End, why: string): void {
  updateCommon(draft, group, { exiting: end });
  for (const { pid, state } of listThreads(draft.kernel, getProcess(draft.kernel, group)))
    rouse(draft, pid, state, why);
}

/** Lets a thread run that has to act on something, even if it is stopped. */
export function rouse(draft: Draft, pid: Pid, state: Process["state"], why: string): void {
  if (state === "blocked") wake(draft, pid, why);
  if (state !== "stopped") return;
  updateProcess(draft, pid, { state: "ready" });
  draft.events.push({ kind: "wake", pid, why: "SIGKILL ends even a stopped process" });
}
