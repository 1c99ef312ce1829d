/** Signals: raising them, and what they do by default (signal(7), kill(2), sigaction(2)). Acting on them is delivery.ts's. */
import type { SignalName } from "../../schema/call.ts";
import { signalNumbers } from "../../schema/signal.ts";
import {
  FIRST_PID,
  findProcess,
  getProcess,
  INIT,
  listProcesses,
  updateProcess,
  type Draft,
  type Kernel,
  type Pid,
  type Process,
} from "./kernel.ts";
import { fail, succeed, writes, type CallModel } from "./model.ts";
import { wake } from "./sleep.ts";

const ignored: ReadonlySet<SignalName> = new Set(["SIGCHLD", "SIGURG", "SIGWINCH"]);
const stopping: ReadonlySet<SignalName> = new Set(["SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"]);

export type SignalAction = "terminate" | "ignore" | "stop" | "continue";

/** What `signal` does to a process that has not said otherwise. */
export function defaultAction(signal: SignalName): SignalAction {
  if (ignored.has(signal)) return "ignore";
  if (stopping.has(signal)) return "stop";
  return signal === "SIGCONT" ? "continue" : "terminate";
}

/** Sends a signal: it is ignored at once, or waits until the process runs. SIGCONT goes on at once, whatever its disposition. */
export function raise(draft: Draft, pid: Pid, signal: SignalName): void {
  if (getProcess(draft.kernel, pid).state === "zombie") return;
  if (signal === "SIGCONT") return resume(draft, pid);
  const process = getProcess(draft.kernel, pid);
  const action = process.dispositions[signal] === "SIG_IGN" ? "ignore" : defaultAction(signal);
  if (action === "ignore") {
    draft.events.push({ kind: "signal", pid, signal, action });
    return;
  }
  updateProcess(draft, pid, { pending: addPending(process, signal) });
  if (process.state === "blocked") wake(draft, pid, `${signal} is pending`);
  if (process.state === "stopped" && signal === "SIGKILL") {
    updateProcess(draft, pid, { state: "ready" });
    draft.events.push({ kind: "wake", pid, why: "SIGKILL ends even a stopped process" });
  }
}

function resume(draft: Draft, pid: Pid): void {
  const { state, pending } = getProcess(draft.kernel, pid);
  const stopped = state === "stopped";
  updateProcess(draft, pid, {
    pending: pending.filter((signal) => !stopping.has(signal)),
    state: stopped ? "ready" : state,
  });
  draft.events.push({ kind: "signal", pid, signal: "SIGCONT", action: stopped ? "continue" : "ignore" });
}

/**
 * Linux's order: the first signal that ends a process decides, whatever comes after; it passes those that only stop. What reaches a
 * stopped process waits and is taken by number, but SIGKILL is first.
 */
function addPending({ pending, state }: Process, signal: SignalName): readonly SignalName[] {
  if (pending.includes(signal)) return pending;
  if (signal === "SIGKILL" && state === "stopped") return [signal, ...pending];
  if (state === "stopped") return [...pending, signal].toSorted((a, b) => signalNumbers[a] - signalNumbers[b]);
  const first = pending[0];
  const decides = defaultAction(signal) === "terminate" && (!first || defaultAction(first) === "stop");
  return decides ? [signal, ...pending] : [...pending, signal];
}

/** Whom `kill(pid)` means: one process; 0 or the group's negative: all, since all are one group; -1: all but the sender. */
function targetsOf(kernel: Kernel, sender: Process, pid: Pid): readonly Process[] {
  if (pid > 0) return [findProcess(kernel, pid)].filter((process) => process !== undefined);
  if (pid === 0 || pid === -FIRST_PID) return listProcesses(kernel);
  return pid === -1 ? listProcesses(kernel).filter((process) => process.pid !== sender.pid) : [];
}

export const kill: CallModel<"kill"> = {
  touches: (kernel, process, pid) => targetsOf(kernel, process, pid).map((target) => writes(`process ${target.pid}`)),
  perform(draft, process, pid, signal) {
    // Signals that init does not handle do not reach it.
    if (pid === INIT) return succeed(undefined);
    const targets = targetsOf(draft.kernel, process, pid);
    if (targets.length === 0) return fail("ESRCH");
    for (const target of targets) raise(draft, target.pid, signal);
    return succeed(undefined);
  },
};

export const sigaction: CallModel<"sigaction"> = {
  touches: (_kernel, { pid }, signal) => (signal === "SIGCHLD" ? [writes(`children of ${pid}`)] : []),
  perform(draft, { pid, dispositions }, signal, disposition) {
    if (signal === "SIGKILL" || signal === "SIGSTOP") return fail("EINVAL");
    updateProcess(draft, pid, { dispositions: { ...dispositions, [signal]: disposition } });
    return succeed(undefined);
  },
};
